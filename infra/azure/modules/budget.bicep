@description('What the resource group may cost in a month; the operator is told, nothing is stopped.')
param budgetName string
param budgetUsd int
@description('The first day of a month; it can\'t be changed later.')
param startDate string
param alertEmail string
param actionGroupId string

var marks = [
  {
    name: 'actual-70'
    percent: 70
    kind: 'Actual'
  }
  {
    name: 'actual-90'
    percent: 90
    kind: 'Actual'
  }
  {
    name: 'actual-100'
    percent: 100
    kind: 'Actual'
  }
  {
    name: 'forecast-100'
    percent: 100
    kind: 'Forecasted'
  }
]

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: budgetName
  properties: {
    category: 'Cost'
    amount: budgetUsd
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    notifications: toObject(marks, mark => (mark.name), mark => {
      enabled: true
      operator: 'GreaterThanOrEqualTo'
      threshold: mark.percent
      thresholdType: mark.kind
      contactEmails: [
        alertEmail
      ]
      contactGroups: [
        actionGroupId
      ]
    })
  }
}
