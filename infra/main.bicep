// The dayzero agent in Azure: a Flex Consumption function app with an identity of its own and one storage account that holds the
// host's state, the ledger and the package. No key and no connection string to storage: everything goes by the identity.
//
// az deployment group create --resource-group dayzero --template-file infra/main.bicep --parameters name=dayzero
//
// The identity then needs two more things, outside this resource group:
// - in the target's resource group, the role of infra/azure-role.json:
//     az role definition create --role-definition infra/azure-role.json
//     az role assignment create --assignee-object-id IDENTITY_OBJECT_ID --assignee-principal-type ServicePrincipal \
//       --role "dayzero agent" --resource-group TARGET_GROUP
// - in AWS, the role of infra/aws-role.yaml (TenantId and IdentityObjectId are outputs of this deployment).

@minLength(2)
@maxLength(40)
@description('Name of the function app; other names are made from it. It must be free in azurewebsites.net.')
param name string

@description('Region; it must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Most instances that the platform may start. Copies of state run in parallel on them.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of an instance, MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

// What these mean stands in docs/deploy.md. A later deployment replaces all settings, so name them here rather than by hand.
@description('Settings that not every agent needs: DAYZERO_PUBLIC_URL, DAYZERO_SIGN_IN, DAYZERO_LINK_KEYS, DAYZERO_EVENT_KEYS, DAYZERO_TEAMS_KEYS, DAYZERO_NOTICES, DAYZERO_WATCHDOG, DAYZERO_METRICS_ENDPOINT, DAYZERO_METRICS_AUDIENCE, DAYZERO_NAME_SERVERS, DAYZERO_WORLD_WRAPPER, and secrets of sinks. Give secrets as references to Key Vault.')
param moreSettings object = {}

var storageName = 'dz${uniqueString(resourceGroup().id, name)}'
var packageContainerName = 'packages'
var storageRoles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: storageName
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: storage
  name: 'default'
}

resource packageContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobService
  name: packageContainerName
}

resource storageAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in items(storageRoles): {
  name: guid(storage.id, identity.id, role.value)
  scope: storage
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
  }
}]

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: logRetentionDays
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-insights'
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
  }
}

resource hostingPlan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan'
  location: location
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource agent 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: hostingPlan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
  }
  dependsOn: [
    packageContainer
    storageAccess
  ]

  resource settings 'config' = {
    name: 'appsettings'
    properties: union({
      AzureWebJobsStorage__accountName: storage.name
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      AZURE_CLIENT_ID: identity.properties.clientId
      AZURE_FUNCTIONS_DURABLE_STRICT_TYPING: '1'
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      DAYZERO_ARM_ENDPOINT: environment().resourceManager
      DAYZERO_ARM_SCOPE: '${environment().resourceManager}.default'
      DAYZERO_LEDGER_TABLES: storage.properties.primaryEndpoints.table
      DAYZERO_LEDGER_BLOBS: storage.properties.primaryEndpoints.blob
    }, moreSettings)
  }
}

@description('Where the agent answers; DAYZERO_URL of the command line.')
output url string = 'https://${agent.properties.defaultHostName}'

@description('Name of the function app, for publishing the package.')
output app string = agent.name

@description('TenantId of infra/aws-role.yaml.')
output tenantId string = tenant().tenantId

@description('IdentityObjectId of infra/aws-role.yaml, and the assignee of the role in the target.')
output identityObjectId string = identity.properties.principalId
