param namePrefix string
param location string
param tags object
param alertEmail string
param namespaceId string
param workspaceId string

var said = loadJsonContent('../../alerts.json')
var topics = loadJsonContent('../../topology.json').UserConfig.Namespaces[0].Topics

resource operator 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${namePrefix}-operator'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'huntaze'
    enabled: true
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

// Azure counts dead letters for a topic, not for a subscription: this one needs nothing of ours to run, and the
// monitor's own finding below says which subscription.
resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = [for topic in topics: {
  name: '${namePrefix}-dead-letters-${topic.Name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'More than ${said.thresholds.deadLettersPerTopic} dead letters in the subscriptions of ${topic.Name}.'
    severity: 1
    enabled: true
    scopes: [
      namespaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: said.thresholds.deadLettersPerTopic
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: [
                topic.Name
              ]
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: operator.id
      }
    ]
  }
}]

resource finding 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for event in said.events: {
  name: '${namePrefix}-${event.event}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: event.event
    description: event.meaning
    severity: event.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: event.frequency
    windowSize: event.window
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'AppTraces | where Message startswith "${said.marker} {" | extend finding = parse_json(substring(Message, ${length(said.marker) + 1})) | where tostring(finding.event) == "${event.event}" | extend subject = tostring(finding.${event.groupBy})'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'subject'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        operator.id
      ]
    }
  }
}]

// The metrics of function apps tell neither success nor failure; the requests in Application Insights do.
resource failures 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${namePrefix}-function-failures'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'function-failures'
    description: 'A function failed more than ${said.thresholds.failedInvocationsIn15Minutes} times in 15 minutes.'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'AppRequests | where Success == false | extend subject = strcat(AppRoleName, "/", OperationName)'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: said.thresholds.failedInvocationsIn15Minutes
          dimensions: [
            {
              name: 'subject'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        operator.id
      ]
    }
  }
}

output actionGroupId string = operator.id
