targetScope = 'resourceGroup'

@description('The environment: a part of every name, and a tag.')
@minLength(2)
@maxLength(8)
param environmentName string
param location string = resourceGroup().location
@description('ep1: one plan that is always warm, with slots. flex: paid by use, cold starts, no slots.')
@allowed(['ep1', 'flex'])
param plan string = 'ep1'
@description('The size of the plan ep1: EP1, EP2 or EP3.')
@allowed(['EP1', 'EP2', 'EP3'])
param planSku string = 'EP1'
@description('Which of an app\'s two shares its live files are in, a or b, by app. A swap exchanges them, and a deployment that does not say so brings the old code back.')
param liveShares object = {}
@description('A network with one fixed address for everything that the apps send; costs a gateway.')
param vnet bool = false
@description('A cache beside the functions. Without it, and without a redis-url among the secrets, each process keeps its own.')
param cache bool = true
@description('Whether the front end sends its jobs with a key.')
param sendOnlyPolicy bool = true
@description('The size of the cache.')
param cacheSku string = 'Balanced_B0'
@description('Free_F1 serves 20 connections; a beta of 50 creators needs Standard_S1.')
@allowed(['Free_F1', 'Standard_S1'])
param signalRSku string = 'Standard_S1'
param pythonVersion string = '3.12'
@description('The most instances of the plan ep1 together.')
param maximumWorkers int = 5
param dailyLogQuotaGb int = 1
@description('Where Communication Services keep data at rest.')
param mailDataLocation string = 'United States'
@description('What the resource group may cost in a month, in dollars.')
param budgetUsd int
@description('The first day of a month, such as 2026-12-01T00:00:00Z.')
param budgetStart string
param alertEmail string
param costCenter string = 'workers'
@description('The settings that differ by environment.')
param appSettings object
@description('The names of the secrets that the operator gives, of those in settings.json.')
param suppliedSecrets array
@description('Their values by name; those that are left out stay as they are in the vault.')
@secure()
param secretValues object = {}

var apps = loadJsonContent('../apps.json').apps
// What tells how an app stands runs in every app.
var everywhere = loadJsonContent('../apps.json').everywhere
var models = loadJsonContent('../models.json').deployments
var said = loadJsonContent('settings.json')
var tags = {
  project: 'huntaze'
  env: environmentName
  'cost-center': costCenter
  'azd-env-name': environmentName
}
var prefix = 'huntaze-${environmentName}'
// The same at each deployment: a name that changes is a second system.
var suffix = take(uniqueString(resourceGroup().id), 6)
var short = toLower(replace('huntaze${environmentName}', '-', ''))
var names = {
  identity: '${prefix}-workers'
  vault: '${prefix}-${suffix}'
  workspace: '${prefix}-logs'
  component: '${prefix}-insights'
  bus: '${prefix}-${suffix}'
  hostAccount: '${short}${suffix}'
  contentAccount: '${take(short, 11)}files${suffix}'
  ai: '${prefix}-ai-${suffix}'
  signalR: '${prefix}-${suffix}'
  email: '${prefix}-email-${suffix}'
  communication: '${prefix}-mail-${suffix}'
  network: '${prefix}-network'
  cache: '${prefix}-${suffix}'
  plan: '${prefix}-plan'
}
var appNames = toObject(apps, app => (app.name), app => '${prefix}-${app.name}-${suffix}')
var everyFunction = concat(everywhere, flatten(map(apps, app => concat(app.triggered, app.http))))

var secrets = filter(said.secrets, each => (each.by == 'template' || (each.by == 'cache' && cache) || contains(suppliedSecrets, each.secret)))
var references = toObject(secrets, each => (each.setting), each => '@Microsoft.KeyVault(VaultName=${names.vault};SecretName=${each.secret})')
// No key is in it, so it is no secret: the app signs in as itself.
var blobEndpoint = 'https://${names.hostAccount}.blob.${environment().suffixes.storage}/'
var contentReference = '@Microsoft.KeyVault(VaultName=${names.vault};SecretName=content-share-connection-string)'
var played = flatten(map(models, model => map(model.roles, role => {
  role: toUpper(role)
  deployment: model.name
})))
var deployments = toObject(played, each => 'AZURE_AI_DEPLOYMENT_${each.role}', each => (each.deployment))
var known = union(said.fixed, appSettings, references, deployments, {
  FUNCTIONS_URL: 'https://${appNames.operations}.azurewebsites.net'
  SERVICEBUS_CONNECTION__fullyQualifiedNamespace: '${names.bus}.servicebus.windows.net'
  SERVICEBUS_CONNECTION__credential: 'managedidentity'
  AzureWebJobsStorage__accountName: names.hostAccount
  AZURE_STORAGE_CONNECTION_STRING: blobEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
})
var shares = flatten(map(apps, app => ['${app.name}-a', '${app.name}-b']))

module security 'modules/security.bicep' = {
  name: 'security'
  params: {
    vaultName: names.vault
    identityName: names.identity
    location: location
    tags: tags
    suppliedSecrets: suppliedSecrets
    secretValues: secretValues
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: names.workspace
    componentName: names.component
    vaultName: names.vault
    location: location
    tags: tags
    dailyQuotaGb: dailyLogQuotaGb
  }
  dependsOn: [
    security
  ]
}

module messaging 'modules/messaging.bicep' = {
  name: 'messaging'
  params: {
    namespaceName: names.bus
    location: location
    tags: tags
    principalId: security.outputs.identityPrincipalId
    identityName: names.identity
    sendOnlyPolicy: sendOnlyPolicy
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    hostAccountName: names.hostAccount
    location: location
    tags: tags
    principalId: security.outputs.identityPrincipalId
    identityName: names.identity
    packageContainers: plan == 'flex' ? map(apps, app => 'package-${app.name}') : []
  }
}

module contentShare 'modules/content-share.bicep' = if (plan == 'ep1') {
  name: 'content-share'
  params: {
    accountName: names.contentAccount
    vaultName: names.vault
    location: location
    tags: tags
    shares: shares
  }
  dependsOn: [
    security
  ]
}

module ai 'modules/ai.bicep' = {
  name: 'ai'
  params: {
    accountName: names.ai
    location: location
    tags: tags
    principalId: security.outputs.identityPrincipalId
    identityName: names.identity
  }
}

module realtime 'modules/realtime.bicep' = {
  name: 'realtime'
  params: {
    signalRName: names.signalR
    signalRSku: signalRSku
    allowedOrigins: empty(appSettings.ALLOWED_ORIGINS) ? [] : split(appSettings.ALLOWED_ORIGINS, ',')
    vaultName: names.vault
    location: location
    tags: tags
  }
  dependsOn: [
    security
  ]
}

module mail 'modules/mail.bicep' = {
  name: 'mail'
  params: {
    emailServiceName: names.email
    communicationName: names.communication
    dataLocation: mailDataLocation
    tags: tags
    principalId: security.outputs.identityPrincipalId
    identityName: names.identity
  }
}

module redis 'modules/cache.bicep' = if (cache) {
  name: 'cache'
  params: {
    cacheName: names.cache
    sku: cacheSku
    vaultName: names.vault
    location: location
    tags: tags
  }
  dependsOn: [
    security
  ]
}

module network 'modules/network.bicep' = if (vnet) {
  name: 'network'
  params: {
    networkName: names.network
    location: location
    tags: tags
    delegation: plan == 'ep1' ? 'Microsoft.Web/serverFarms' : 'Microsoft.App/environments'
  }
}

module sharedPlan 'modules/plan.bicep' = if (plan == 'ep1') {
  name: 'plan'
  params: {
    planName: names.plan
    location: location
    tags: tags
    sku: planSku
    maximumWorkers: maximumWorkers
  }
}

// What all apps are told.
var settings = union(known, {
  AZURE_CLIENT_ID: security.outputs.identityClientId
  AzureWebJobsStorage__clientId: security.outputs.identityClientId
  SERVICEBUS_CONNECTION__clientId: security.outputs.identityClientId
  AZURE_AI_ENDPOINT: ai.outputs.modelsEndpoint
  AZURE_SPEECH_ENDPOINT: ai.outputs.speechEndpoint
  ACS_ENDPOINT: mail.outputs.endpoint
  MAIL_SENDER: mail.outputs.sender
})

module ep1Apps 'modules/app-ep1.bicep' = [for app in apps: if (plan == 'ep1') {
  name: 'app-${app.name}'
  params: {
    appName: appNames[app.name]
    serviceName: app.name
    planId: sharedPlan.outputs.planId
    location: location
    tags: tags
    identityId: security.outputs.identityId
    pythonVersion: pythonVersion
    settings: settings
    contentReference: contentReference
    liveShare: contains(liveShares, app.name) ? liveShares[app.name] : 'a'
    everyFunction: everyFunction
    triggered: app.triggered
    http: concat(everywhere, app.http)
    maxConcurrentCalls: app.maxConcurrentCalls
    minimumInstances: app.minimumInstances
    maximumInstances: app.maximumInstances
    subnetId: vnet ? network.outputs.subnetId : ''
  }
  // Its settings name secrets, rights and subscriptions: all of these have to be there before it starts.
  dependsOn: [
    contentShare
    storage
    messaging
    monitoring
    realtime
    redis
  ]
}]

module flexApps 'modules/app-flex.bicep' = [for app in apps: if (plan == 'flex') {
  name: 'flex-${app.name}'
  params: {
    appName: appNames[app.name]
    serviceName: app.name
    location: location
    tags: tags
    identityId: security.outputs.identityId
    pythonVersion: pythonVersion
    settings: settings
    everyFunction: everyFunction
    functions: concat(everywhere, app.triggered, app.http)
    maxConcurrentCalls: app.maxConcurrentCalls
    packageUrl: '${blobEndpoint}package-${app.name}'
    memoryMegabytes: app.memoryMegabytes
    subnetId: vnet ? network.outputs.subnetId : ''
  }
  dependsOn: [
    storage
    messaging
    monitoring
    realtime
    redis
  ]
}]

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    namePrefix: prefix
    location: location
    tags: tags
    alertEmail: alertEmail
    namespaceId: messaging.outputs.namespaceId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'modules/budget.bicep' = {
  name: 'budget'
  params: {
    budgetName: prefix
    budgetUsd: budgetUsd
    startDate: budgetStart
    alertEmail: alertEmail
    actionGroupId: alerts.outputs.actionGroupId
  }
}

output plan string = plan
output appNames object = appNames
output vaultName string = names.vault
output serviceBusNamespace string = names.bus
output aiAccount string = names.ai
output signalRName string = names.signalR
output functionsUrl string = known.FUNCTIONS_URL
output mailSender string = mail.outputs.sender
output egressAddress string = vnet ? network.outputs.egressAddress : ''
