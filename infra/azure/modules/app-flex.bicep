@description('One function app on a Flex Consumption plan of its own: such a plan serves one app, and has no slots.')
param appName string
@description('What azd calls the app: video, text or operations.')
param serviceName string
param location string
param tags object
param identityId string
param pythonVersion string
@description('What all apps are told, secrets as references to the vault.')
param settings object
@description('The functions of the package, in whichever app they run.')
param everyFunction array
@description('Those of this app.')
param functions array
@description('For each function on each instance.')
param maxConcurrentCalls int
@description('Where the package is uploaded to.')
param packageUrl string
param memoryMegabytes int
@description('Where the app leaves for the internet through a fixed address; empty: as the platform likes.')
param subnetId string

var own = {
  AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: string(maxConcurrentCalls)
  AzureFunctionsWebHost__hostid: '${serviceName}-live'
}
var switches = toObject(everyFunction, name => 'AzureWebJobs.${name}.Disabled', name => contains(functions, name) ? 'false' : 'true')
// What has no value is not set: the app's own default holds.
var live = filter(items(union(settings, own, switches)), each => !empty(each.value))

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: '${appName}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: memoryMegabytes
        maximumInstanceCount: 40
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: map(live, each => { name: each.key, value: each.value })
    }
  }
}

resource noPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output hostName string = app.properties.defaultHostName
