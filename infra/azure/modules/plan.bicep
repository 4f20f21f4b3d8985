@description('The plan that all three apps share. Python needs Linux, which is what reserved says.')
param planName string
param location string
param tags object
@description('EP1 has one core and 3.5 GB, EP2 and EP3 two and four times as much.')
@allowed(['EP1', 'EP2', 'EP3'])
param sku string
param maximumWorkers int

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'elastic'
  sku: {
    name: sku
    tier: 'ElasticPremium'
    family: 'EP'
  }
  properties: {
    reserved: true
    maximumElasticWorkerCount: maximumWorkers
  }
}

output planId string = plan.id
