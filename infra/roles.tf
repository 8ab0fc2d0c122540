locals {
  scopes = {
    "Storage Blob Data Reader"                   = azurerm_storage_container.models.id
    "AcrPush"                                    = azurerm_container_registry.this.id
    "AcrPull"                                    = azurerm_container_registry.this.id
    "Azure Kubernetes Service Cluster User Role" = azurerm_kubernetes_cluster.this.id
  }

  workflow_roles = merge([
    for name, identity in local.identities : {
      for role in identity.roles : "${name}: ${role}" => { identity = name, role = role }
    }
  ]...)
}

# Of the cluster itself they may do nothing but get its address: `make bootstrap` binds their Roles in a namespace.
resource "azurerm_role_assignment" "workflow" {
  for_each = local.workflow_roles

  scope                = local.scopes[each.value.role]
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.workflow[each.value.identity].principal_id
  principal_type       = "ServicePrincipal" # else Azure looks for the new identity where it is not known yet
}

resource "azurerm_role_assignment" "kubelet_pull" {
  scope                = azurerm_container_registry.this.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.kubelet.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "cluster_assigns_kubelet" {
  scope                = azurerm_user_assigned_identity.kubelet.id
  role_definition_name = "Managed Identity Operator"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
}

# *RBAC Admin* may not create namespaces, which `make bootstrap` does.
resource "azurerm_role_assignment" "administrator" {
  for_each = local.administrators

  scope                = azurerm_kubernetes_cluster.this.id
  role_definition_name = "Azure Kubernetes Service RBAC Cluster Admin"
  principal_id         = each.value
}
