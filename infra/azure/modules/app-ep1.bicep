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
@description('The reference to the key of the share that the app\'s files are in.')
param contentReference string
@description('Which of the app\'s two shares its live files are in; the staging slot has the other.')
@allowed(['a', 'b'])
param liveShare string
@description('The functions of the package, in whichever app they run.')
param everyFunction array
@description('Those of this app that begin by themselves, from a message or a clock.')
param triggered array
@description('Those of this app that only answer HTTP: the staging slot has them, too, so that it can be verified.')
param http array
@description('For each function on each instance.')
param maxConcurrentCalls int
param minimumInstances int
param maximumInstances int
@description('Where the app leaves for the internet through a fixed address; empty: as the platform likes.')
param subnetId string

var platform = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'python'
  SCM_DO_BUILD_DURING_DEPLOYMENT: 'true'
  WEBSITE_SKIP_CONTENTSHARE_VALIDATION: '1'
  WEBSITE_CONTENTAZUREFILECONNECTIONSTRING: contentReference
  AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: string(maxConcurrentCalls)
}
// A swap exchanges the shares, and with them the code: this is no setting that stays with a slot. The host's own
// name stays: it holds the timers' locks and the keys, and is cut after 32 letters, which would make two hosts one.
var ofLive = {
  WEBSITE_CONTENTSHARE: '${serviceName}-${liveShare}'
  AzureFunctionsWebHost__hostid: '${serviceName}-live'
}
var ofStaging = {
  WEBSITE_CONTENTSHARE: '${serviceName}-${liveShare == 'a' ? 'b' : 'a'}'
  AzureFunctionsWebHost__hostid: '${serviceName}-staging'
}
var functions = concat(triggered, http)
var liveSwitches = toObject(everyFunction, name => 'AzureWebJobs.${name}.Disabled', name => contains(functions, name) ? 'false' : 'true')
var stagingSwitches = toObject(everyFunction, name => 'AzureWebJobs.${name}.Disabled', name => contains(http, name) ? 'false' : 'true')
// What has no value is not set: the app's own default holds.
var live = filter(items(union(settings, platform, ofLive, liveSwitches)), each => !empty(each.value))
var staged = filter(items(union(settings, platform, ofStaging, stagingSwitches)), each => !empty(each.value))
var runtime = {
  linuxFxVersion: 'Python|${pythonVersion}'
  ftpsState: 'Disabled'
  minTlsVersion: '1.2'
  scmMinTlsVersion: '1.2'
  http20Enabled: true
  healthCheckPath: '/api/health'
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
    appSettingNames: concat(map(everyFunction, name => 'AzureWebJobs.${name}.Disabled'), [
      'AzureFunctionsWebHost__hostid'
    ])
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
