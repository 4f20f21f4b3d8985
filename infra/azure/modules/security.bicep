@description('The vault that holds every secret of the apps.')
param vaultName string
@description('The identity that all apps share: its rights exist before the first of them starts.')
param identityName string
param location string
param tags object
@description('The names of the secrets that the operator gives.')
param suppliedSecrets array
@description('Their values by name. What is left out stays as it is in the vault.')
@secure()
param secretValues object

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityName
  location: location
  tags: tags
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
  }
}

resource supplied 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = [for name in suppliedSecrets: if (contains(secretValues, name)) {
  parent: vault
  name: name
  properties: {
    value: secretValues[name]
    contentType: 'text/plain'
  }
}]

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identityName, secretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

output identityId string = identity.id
output identityClientId string = identity.properties.clientId
output identityPrincipalId string = identity.properties.principalId
