param signalRName string
@description('Free_F1 serves 20 connections, Standard_S1 a thousand for each unit.')
@allowed(['Free_F1', 'Standard_S1'])
param signalRSku string
param allowedOrigins array
param vaultName string
param location string
param tags object

resource signalR 'Microsoft.SignalRService/signalR@2023-02-01' = {
  name: signalRName
  location: location
  tags: tags
  kind: 'SignalR'
  sku: {
    name: signalRSku
    capacity: 1
  }
  properties: {
    features: [
      {
        flag: 'ServiceMode'
        value: 'Serverless'
      }
    ]
    cors: {
      allowedOrigins: allowedOrigins
    }
    tls: {
      clientCertEnabled: false
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource connection 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'signalr-connection-string'
  properties: {
    value: signalR.listKeys().primaryConnectionString
    contentType: 'text/plain'
  }
}
