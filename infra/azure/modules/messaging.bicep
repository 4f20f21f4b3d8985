param namespaceName string
param location string
param tags object
@description('Who runs the workers.')
param principalId string
param identityName string
@description('Whether the front end signs in with a key. It runs outside Azure and has no identity here.')
param sendOnlyPolicy bool

var topics = loadJsonContent('../../topology.json').UserConfig.Namespaces[0].Topics
var subscriptions = flatten(map(topics, one => map(one.Subscriptions, taker => {
  topic: one.Name
  name: taker.Name
  properties: taker.Properties
  filter: taker.Rules[0].Properties.SqlFilter.SqlExpression
})))
// Scaling by the number of waiting messages needs the right to manage; with less the platform guesses.
var dataOwner = '090c5cfd-751d-490a-894a-3ce6f1109419'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: namespaceName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    minimumTlsVersion: '1.2'
    disableLocalAuth: !sendOnlyPolicy
  }
}

resource topicResource 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = [for each in topics: {
  parent: namespace
  name: each.Name
  properties: {
    defaultMessageTimeToLive: each.Properties.DefaultMessageTimeToLive
    requiresDuplicateDetection: each.Properties.RequiresDuplicateDetection
  }
}]

resource subscriptionResource 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [for each in subscriptions: {
  name: '${namespace.name}/${each.topic}/${each.name}'
  properties: {
    defaultMessageTimeToLive: each.properties.DefaultMessageTimeToLive
    lockDuration: each.properties.LockDuration
    maxDeliveryCount: each.properties.MaxDeliveryCount
    deadLetteringOnMessageExpiration: each.properties.DeadLetteringOnMessageExpiration
    deadLetteringOnFilterEvaluationExceptions: true
    requiresSession: each.properties.RequiresSession
  }
  dependsOn: [
    topicResource
  ]
}]

// Every subscription is born with a rule of this name that lets everything pass: ours takes its place. Under
// any other name there would be two rules, and every worker would be sent every message.
resource rule 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [for each in subscriptions: {
  name: '${namespace.name}/${each.topic}/${each.name}/$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: {
      sqlExpression: each.filter
    }
  }
  dependsOn: [
    subscriptionResource
  ]
}]

// The front end may send jobs, once every job has a subscription to land in, and nothing else.
resource frontEnd 'Microsoft.ServiceBus/namespaces/topics/authorizationRules@2024-01-01' = if (sendOnlyPolicy) {
  name: '${namespace.name}/huntaze-jobs/front-end'
  properties: {
    rights: [
      'Send'
    ]
  }
  dependsOn: [
    rule
  ]
}

resource owns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace.id, identityName, dataOwner)
  scope: namespace
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataOwner)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output namespaceId string = namespace.id
