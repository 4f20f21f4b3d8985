@description('A network for the apps, and one address that everything they send comes from.')
param networkName string
param location string
param tags object
@description('Whom the subnet is handed to: the plans of App Service, or those of Flex Consumption.')
param delegation string

resource address 'Microsoft.Network/publicIPAddresses@2024-07-01' = {
  name: '${networkName}-egress'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
  }
}

resource gateway 'Microsoft.Network/natGateways@2024-07-01' = {
  name: '${networkName}-nat'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    idleTimeoutInMinutes: 10
    publicIpAddresses: [
      {
        id: address.id
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.40.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'apps'
        properties: {
          addressPrefix: '10.40.0.0/24'
          natGateway: {
            id: gateway.id
          }
          delegations: [
            {
              name: 'apps'
              properties: {
                serviceName: delegation
              }
            }
          ]
        }
      }
    ]
  }
}

output subnetId string = '${network.id}/subnets/apps'
output egressAddress string = address.properties.ipAddress
