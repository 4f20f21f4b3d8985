@description('One function app on the shared plan, with its staging slot.')
param appName string
@description('What azd calls the app: video, text or operations.')
param serviceName string
param planId string
param location string
param tags object
param identityId string
param pythonVersion string
@description('What all apps are told, secrets as references to the vault.')
param settings object
@description('What this app alone is told: its concurrency, its functions.')
param ownSettings object
@description('The same for its staging slot, where nothing begins by itself.')
param stagingSettings object
@description('What stays with the slot when the slots are swapped.')
param stickySettings array
param minimumInstances int
param maximumInstances int
@description('Where the app leaves for the internet through a fixed address; empty: as the platform likes.')
param subnetId string

var platform = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'python'
  SCM_DO_BUILD_DURING_DEPLOYMENT: 'true'
  ENABLE_ORYX_BUILD: 'true'
  WEBSITE_SKIP_CONTENTSHARE_VALIDATION: '1'
}
// What has no value is not set: the app's own default holds.
var live = filter(items(union(settings, platform, ownSettings)), each => !empty(each.value))
var staged = filter(items(union(settings, platform, stagingSettings)), each => !empty(each.value))
var runtime = {
  linuxFxVersion: 'Python|${pythonVersion}'
  ftpsState: 'Disabled'
  minTlsVersion: '1.2'
  scmMinTlsVersion: '1.2'
  http20Enabled: true
  functionAppScaleLimit: maximumInstances
  minimumElasticInstanceCount: minimumInstances
  functionsRuntimeScaleMonitoringEnabled: !empty(subnetId)
  vnetRouteAllEnabled: !empty(subnetId)
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
    serverFarmId: planId
    reserved: true
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: union(runtime, {
      appSettings: map(live, each => { name: each.key, value: each.value })
    })
  }
}

resource sticky 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'slotConfigNames'
  properties: {
    appSettingNames: stickySettings
  }
}

resource staging 'Microsoft.Web/sites/slots@2024-11-01' = {
  parent: app
  name: 'staging'
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: planId
    reserved: true
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: union(runtime, {
      appSettings: map(staged, each => { name: each.key, value: each.value })
    })
  }
  // The slot begins to run when it is there: by then its settings have to be its own.
  dependsOn: [
    sticky
  ]
}

resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource stagingNoPassword 'Microsoft.Web/sites/slots/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: staging
  name: 'scm'
  properties: {
    allow: false
  }
}

output hostName string = app.properties.defaultHostName
