resource "azurerm_kubernetes_cluster" "this" {
  name                = "aks-${var.name}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  node_resource_group = "rg-${var.name}-nodes" # the budget has to know it
  dns_prefix          = var.name
  sku_tier            = "Standard" # an uptime SLA for the API server, which zones need

  # Sign-in by Entra ID alone, rights by Azure roles and by the Role that `make bootstrap` binds.
  local_account_disabled            = true
  role_based_access_control_enabled = true
  run_command_enabled               = false
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled = true
    tenant_id          = data.azurerm_client_config.current.tenant_id
  }

  default_node_pool {
    name                        = "system"
    temporary_name_for_rotation = "systemtmp"
    vm_size                     = var.nodes.size
    zones                       = var.zones
    auto_scaling_enabled        = true
    min_count                   = var.nodes.min
    max_count                   = var.nodes.max
    max_pods                    = 110
    os_disk_type                = "Ephemeral"
    os_disk_size_gb             = 64

    upgrade_settings {
      max_surge = "33%"
    }
  }

  # Nodes of this pool alone: its size and number are what the budget was estimated for.
  node_provisioning_profile {
    mode = "Manual"
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.cluster.id]
  }

  kubelet_identity {
    client_id                 = azurerm_user_assigned_identity.kubelet.client_id
    object_id                 = azurerm_user_assigned_identity.kubelet.principal_id
    user_assigned_identity_id = azurerm_user_assigned_identity.kubelet.id
  }

  # At another time than the nightly release, which is at 02:17 UTC.
  automatic_upgrade_channel = "patch"
  node_os_upgrade_channel   = "NodeImage"

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Sunday"
    start_time  = "08:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Saturday"
    start_time  = "08:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  # The nodes pull from their first minute, and the cluster may assign the kubelet's identity to them.
  depends_on = [
    azurerm_role_assignment.kubelet_pull,
    azurerm_role_assignment.cluster_assigns_kubelet,
  ]
}
