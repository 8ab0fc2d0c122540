# Run by `make infra-check`, without an account: Azure is mocked, the provider's own checks are not.
mock_provider "azurerm" {
  # Ids must have the form of Azure's: the provider parses them also in a test.
  mock_resource "azurerm_resource_group" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial"
    }
  }

  mock_resource "azurerm_storage_account" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial/providers/Microsoft.Storage/storageAccounts/stseatrial"
    }
  }

  mock_resource "azurerm_storage_container" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial/providers/Microsoft.Storage/storageAccounts/stseatrial/blobServices/default/containers/seatrial"
    }
  }

  mock_resource "azurerm_container_registry" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial/providers/Microsoft.ContainerRegistry/registries/crseatrial"
      login_server = "crseatrial.azurecr.io"
    }
  }

  mock_resource "azurerm_kubernetes_cluster" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial/providers/Microsoft.ContainerService/managedClusters/aks-seatrial"
    }
  }

  # client_id and principal_id are generated, the same for all identities of workflows: which of them gets a role is
  # compared by tests/unit/repository/infra_rules.py.
  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
    }
  }

  mock_resource "azurerm_role_definition" {
    defaults = {
      role_definition_resource_id = "/subscriptions/00000000-0000-0000-0000-0000000000aa/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-0000-0000-0000000000d0"
    }
  }

  mock_data "azurerm_client_config" {
    defaults = {
      tenant_id       = "00000000-0000-0000-0000-0000000000ee"
      subscription_id = "00000000-0000-0000-0000-0000000000aa"
      object_id       = "00000000-0000-0000-0000-0000000000ff"
    }
  }

  mock_data "azurerm_subscription" {
    defaults = {
      id              = "/subscriptions/00000000-0000-0000-0000-0000000000aa"
      subscription_id = "00000000-0000-0000-0000-0000000000aa"
      tenant_id       = "00000000-0000-0000-0000-0000000000ee"
    }
  }
}

override_resource {
  target = azurerm_user_assigned_identity.cluster
  values = {
    id           = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial/providers/Microsoft.ManagedIdentity/userAssignedIdentities/cluster"
    client_id    = "00000000-0000-0000-0000-0000000000c1"
    principal_id = "00000000-0000-0000-0000-0000000000b1"
  }
}

override_resource {
  target = azurerm_user_assigned_identity.kubelet
  values = {
    id           = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg-seatrial/providers/Microsoft.ManagedIdentity/userAssignedIdentities/kubelet"
    client_id    = "00000000-0000-0000-0000-0000000000c2"
    principal_id = "00000000-0000-0000-0000-0000000000b2"
  }
}

variables {
  github_repository    = "Acme/Seatrial"
  github_owner_id      = "1001"
  github_repository_id = "2002"
}

run "defaults" {
  # The store.
  assert {
    condition     = azurerm_storage_account.models.shared_access_key_enabled == false
    error_message = "A shared key reads and writes everything, and a condition on a role does not limit it."
  }
  assert {
    condition     = azurerm_storage_account.models.allow_nested_items_to_be_public == false && azurerm_storage_container.models.container_access_type == "private"
    error_message = "Models are private."
  }
  assert {
    condition     = azurerm_storage_account.models.default_to_oauth_authentication && !azurerm_storage_account.models.local_user_enabled && !azurerm_storage_account.models.cross_tenant_replication_enabled
    error_message = "Only identities of this directory have access."
  }
  assert {
    condition     = azurerm_storage_account.models.min_tls_version == "TLS1_2" && azurerm_storage_account.models.https_traffic_only_enabled
    error_message = "Transport is encrypted, with TLS 1.2 or newer."
  }
  assert {
    condition     = azurerm_storage_account.models.blob_properties[0].versioning_enabled
    error_message = "An overwritten pointer can be restored."
  }
  assert {
    condition     = azurerm_storage_account.models.blob_properties[0].delete_retention_policy[0].days >= 30 && azurerm_storage_account.models.blob_properties[0].container_delete_retention_policy[0].days >= 30
    error_message = "A deleted model or container can be restored for 30 days."
  }
  assert {
    condition     = azurerm_storage_account.models.account_replication_type == "ZRS"
    error_message = "The store survives the loss of a zone."
  }

  # The registry.
  assert {
    condition     = azurerm_container_registry.this.sku == "Standard" && !azurerm_container_registry.this.admin_enabled && !azurerm_container_registry.this.anonymous_pull_enabled
    error_message = "The registry has no password, and nobody pulls without an identity."
  }

  # The cluster.
  assert {
    condition     = azurerm_kubernetes_cluster.this.local_account_disabled && azurerm_kubernetes_cluster.this.role_based_access_control_enabled && !azurerm_kubernetes_cluster.this.run_command_enabled
    error_message = "The API server accepts identities of Entra ID alone."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.azure_active_directory_role_based_access_control[0].azure_rbac_enabled && azurerm_kubernetes_cluster.this.azure_active_directory_role_based_access_control[0].tenant_id == "00000000-0000-0000-0000-0000000000ee"
    error_message = "Roles of Azure give rights in the cluster."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.oidc_issuer_enabled && azurerm_kubernetes_cluster.this.workload_identity_enabled
    error_message = "Pods can have identities."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.network_profile[0].network_policy == "cilium" && azurerm_kubernetes_cluster.this.network_profile[0].network_data_plane == "cilium"
    error_message = "Network policies are enforced."
  }
  assert {
    condition     = length(azurerm_kubernetes_cluster.this.default_node_pool[0].zones) == 2 && azurerm_kubernetes_cluster.this.default_node_pool[0].min_count >= 2
    error_message = "There is a node in each of two zones."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].auto_scaling_enabled && azurerm_kubernetes_cluster.this.default_node_pool[0].max_count == 5
    error_message = "The number of nodes follows the load."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.node_provisioning_profile[0].mode == "Manual" && azurerm_kubernetes_cluster.this.sku_tier == "Standard"
    error_message = "Nodes are those of the pool; the API server has an SLA."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.kubelet_identity[0].object_id == azurerm_user_assigned_identity.kubelet.principal_id && azurerm_kubernetes_cluster.this.kubelet_identity[0].client_id == azurerm_user_assigned_identity.kubelet.client_id
    error_message = "The nodes have the identity that may pull."
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.maintenance_window_auto_upgrade[0].start_time == "08:00" && azurerm_kubernetes_cluster.this.maintenance_window_node_os[0].start_time == "08:00"
    error_message = "Nodes are not replaced while the nightly release runs."
  }

  # What the identities trust.
  assert {
    condition = jsonencode(output.subjects) == jsonencode({
      pull_request        = ["repo:Acme/Seatrial:pull_request", "repo:Acme@1001/Seatrial@2002:pull_request"]
      build               = ["repo:Acme/Seatrial:ref:refs/heads/main", "repo:Acme@1001/Seatrial@2002:ref:refs/heads/main"]
      model               = ["repo:Acme/Seatrial:environment:model", "repo:Acme@1001/Seatrial@2002:environment:model"]
      staging             = ["repo:Acme/Seatrial:environment:staging", "repo:Acme@1001/Seatrial@2002:environment:staging"]
      staging-recovery    = ["repo:Acme/Seatrial:environment:staging-recovery", "repo:Acme@1001/Seatrial@2002:environment:staging-recovery"]
      production          = ["repo:Acme/Seatrial:environment:production", "repo:Acme@1001/Seatrial@2002:environment:production"]
      production-recovery = ["repo:Acme/Seatrial:environment:production-recovery", "repo:Acme@1001/Seatrial@2002:environment:production-recovery"]
    })
    error_message = "Each identity trusts its own subject, in both forms, with capital letters as given."
  }
  assert {
    condition     = alltrue([for credential in azurerm_federated_identity_credential.workflow : credential.issuer == "https://token.actions.githubusercontent.com" && credential.audience == tolist(["api://AzureADTokenExchange"])])
    error_message = "The tokens are GitHub's, issued for Entra ID."
  }
  assert {
    condition     = length(azurerm_federated_identity_credential.workflow) == 14
    error_message = "There is no other credential."
  }

  # What they may do.
  assert {
    condition = toset(keys(azurerm_role_assignment.workflow)) == toset([
      "pull_request: Storage Blob Data Reader",
      "build: Storage Blob Data Reader",
      "build: AcrPush",
      "model: Storage Blob Data Reader",
      "staging: Storage Blob Data Reader",
      "staging: AcrPull",
      "staging: Azure Kubernetes Service Cluster User Role",
      "staging-recovery: Storage Blob Data Reader",
      "staging-recovery: AcrPull",
      "staging-recovery: Azure Kubernetes Service Cluster User Role",
      "production: Storage Blob Data Reader",
      "production: AcrPull",
      "production: Azure Kubernetes Service Cluster User Role",
      "production-recovery: Storage Blob Data Reader",
      "production-recovery: AcrPull",
      "production-recovery: Azure Kubernetes Service Cluster User Role",
    ])
    error_message = "Each identity has the roles of docs/reference/identities.md, and no other."
  }
  assert {
    condition     = alltrue([for key, role in azurerm_role_assignment.workflow : key == "${split(":", key)[0]}: ${role.role_definition_name}" && role.principal_id == azurerm_user_assigned_identity.workflow[split(":", key)[0]].principal_id && role.principal_type == "ServicePrincipal"])
    error_message = "Each role goes to its identity."
  }
  assert {
    condition = alltrue([for key, role in azurerm_role_assignment.workflow : role.scope == {
      "Storage Blob Data Reader"                   = azurerm_storage_container.models.id
      "AcrPush"                                    = azurerm_container_registry.this.id
      "AcrPull"                                    = azurerm_container_registry.this.id
      "Azure Kubernetes Service Cluster User Role" = azurerm_kubernetes_cluster.this.id
    }[role.role_definition_name]])
    error_message = "Each role counts for one resource, not for the group or the subscription."
  }
  assert {
    condition     = azurerm_role_assignment.kubelet_pull.role_definition_name == "AcrPull" && azurerm_role_assignment.kubelet_pull.scope == azurerm_container_registry.this.id && azurerm_role_assignment.kubelet_pull.principal_id == azurerm_user_assigned_identity.kubelet.principal_id
    error_message = "The nodes pull, without `az aks update --attach-acr`."
  }
  assert {
    condition     = azurerm_role_assignment.cluster_assigns_kubelet.role_definition_name == "Managed Identity Operator" && azurerm_role_assignment.cluster_assigns_kubelet.scope == azurerm_user_assigned_identity.kubelet.id && azurerm_role_assignment.cluster_assigns_kubelet.principal_id == azurerm_user_assigned_identity.cluster.principal_id
    error_message = "The cluster may give the nodes their identity, and no other."
  }

  # What they may write.
  assert {
    condition = { for name, role in azurerm_role_assignment.accepted_model : name => role.condition } == {
      staging             = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringEquals 'models/environments/staging.json'"
      staging-recovery    = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringEquals 'models/environments/staging.json'"
      production          = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringEquals 'models/environments/production.json'"
      production-recovery = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringEquals 'models/environments/production.json'"
    }
    error_message = "A release writes the accepted model of its environment, and no other blob."
  }
  assert {
    condition     = alltrue([for name, role in azurerm_role_assignment.accepted_model : role.scope == azurerm_storage_container.models.id && role.condition_version == "2.0" && role.principal_id == azurerm_user_assigned_identity.workflow[name].principal_id && role.role_definition_id == azurerm_role_definition.accepted_model.role_definition_resource_id])
    error_message = "Each in its container, with the role that replaces blobs."
  }
  assert {
    condition     = azurerm_role_definition.accepted_model.permissions[0].data_actions == toset(["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"]) && length(azurerm_role_definition.accepted_model.permissions) == 1 && length(coalesce(azurerm_role_definition.accepted_model.permissions[0].actions, [])) == 0
    error_message = "The role replaces blobs, and does nothing else."
  }

  # What is read from it.
  assert {
    condition     = local.unique == substr(sha256("00000000-0000-0000-0000-0000000000aa/seatrial"), 0, 6)
    error_message = "Names that are unique in the world differ by subscription."
  }
  assert {
    condition = output.variables.repository == {
      AZURE_CLIENT_ID       = azurerm_user_assigned_identity.workflow["build"].client_id
      AZURE_PR_CLIENT_ID    = azurerm_user_assigned_identity.workflow["pull_request"].client_id
      AZURE_TENANT_ID       = "00000000-0000-0000-0000-0000000000ee"
      AZURE_SUBSCRIPTION_ID = "00000000-0000-0000-0000-0000000000aa"
      STORE                 = "az://${azurerm_storage_account.models.name}/seatrial/models"
      REGISTRY              = "crseatrial.azurecr.io"
      KUBECONTEXT           = "aks-seatrial"
      AKS_CLUSTER           = "aks-seatrial"
      AKS_RESOURCE_GROUP    = "rg-seatrial"
    }
    error_message = "These are the repository's variables of docs/how-to/azure.md."
  }
  assert {
    condition = output.variables.environments == merge(
      { model = { AZURE_CLIENT_ID = azurerm_user_assigned_identity.workflow["model"].client_id } },
      { for pair in [["staging", "staging"], ["staging-recovery", "staging"], ["production", "production"], ["production-recovery", "production"]] : pair[0] => {
        AZURE_CLIENT_ID = azurerm_user_assigned_identity.workflow[pair[0]].client_id
        HOST            = "seatrial-${pair[1]}-${local.unique}.westeurope.cloudapp.azure.com"
      } },
    )
    error_message = "Each GitHub environment has its identity; those that release have the host."
  }
  assert {
    condition = output.settings == {
      "store.url"                    = output.variables.repository.STORE
      "registry.address"             = "crseatrial.azurecr.io"
      "cluster.context"              = "aks-seatrial"
      "environments.staging.host"    = output.variables.environments.staging.HOST
      "environments.production.host" = output.variables.environments.production.HOST
    }
    error_message = "These are the settings of seatrial.toml."
  }
  assert {
    condition = output.deployers == {
      for environment in ["staging", "production"] : environment => sort([
        azurerm_user_assigned_identity.workflow[environment].principal_id,
        azurerm_user_assigned_identity.workflow["${environment}-recovery"].principal_id,
      ])
    }
    error_message = "These identities get the Role `deployer`."
  }
  assert {
    condition = jsonencode(output.readers) == jsonencode({
      staging    = sort([for name in ["production", "production-recovery"] : azurerm_user_assigned_identity.workflow[name].principal_id])
      production = []
    })
    error_message = "Production reads what staging accepted; nobody else reads anything."
  }
  assert {
    condition     = length(output.service_connections) == 0
    error_message = "Without Azure DevOps there are no service connections."
  }
}
