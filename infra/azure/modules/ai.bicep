@description('The models\' account; speech is a part of it. The name is also its domain, which Entra ID needs.')
param accountName string
param location string
param tags object
param principalId string
param identityName string

var models = loadJsonContent('../../models.json').deployments
var cognitiveServicesUser = 'a97b65f3-24c7-4388-baec-2e87135dc908'

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'AIServices'
  sku: {
    name: 'S0'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    customSubDomainName: accountName
    allowProjectManagement: true
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
  }
}

// One after the other: the account refuses two at a time.
@batchSize(1)
resource deployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = [for each in models: {
  parent: account
  name: each.name
  sku: {
    name: each.sku
    capacity: each.capacity
  }
  properties: {
    model: {
      format: each.format
      name: each.model
      version: each.version
    }
    versionUpgradeOption: 'OnceCurrentVersionExpired'
    raiPolicyName: 'Microsoft.DefaultV2'
  }
}]

resource asks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identityName, cognitiveServicesUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cognitiveServicesUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output modelsEndpoint string = 'https://${account.name}.services.ai.azure.com/openai/v1'
output speechEndpoint string = 'https://${account.name}.cognitiveservices.azure.com'
