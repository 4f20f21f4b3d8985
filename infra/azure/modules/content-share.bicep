@description('Where the plan ep1 keeps the apps\' files. Azure Files knows no identity for this: the one key of the system.')
param accountName string
param vaultName string
param location string
param tags object
@description('Two shares for each app: what is live, and what is staged.')
param shares array

resource content 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource files 'Microsoft.Storage/storageAccounts/fileServices@2025-01-01' = {
  parent: content
  name: 'default'
}

// The platform makes no share while its key is a reference to the vault.
resource share 'Microsoft.Storage/storageAccounts/fileServices/shares@2025-01-01' = [for name in shares: {
  parent: files
  name: name
  properties: {
    shareQuota: 50
  }
}]

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource connection 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'content-share-connection-string'
  properties: {
    value: 'DefaultEndpointsProtocol=https;AccountName=${content.name};AccountKey=${content.listKeys().keys[0].value};EndpointSuffix=${environment().suffixes.storage}'
    contentType: 'text/plain'
  }
}
