output "variables" {
  description = "Variables of the GitHub repository and of its environments. `make infra-outputs` sets them."
  value = {
    repository = merge(
      {
        for name, identity in local.identities :
        identity.variable => azurerm_user_assigned_identity.workflow[name].client_id
        if !can(identity.environment)
      },
      {
        AZURE_TENANT_ID       = data.azurerm_client_config.current.tenant_id
        AZURE_SUBSCRIPTION_ID = data.azurerm_subscription.current.subscription_id
        STORE                 = local.store
        REGISTRY              = azurerm_container_registry.this.login_server
        KUBECONTEXT           = azurerm_kubernetes_cluster.this.name
        AKS_CLUSTER           = azurerm_kubernetes_cluster.this.name
        AKS_RESOURCE_GROUP    = azurerm_resource_group.this.name
      },
    )
    environments = {
      for name, identity in local.identities :
      identity.environment => merge(
        { (identity.variable) = azurerm_user_assigned_identity.workflow[name].client_id },
        can(identity.accepts) ? { HOST = local.hosts[identity.accepts] } : {},
      )
      if can(identity.environment)
    }
  }
}

output "settings" {
  description = "Settings of seatrial.toml, by their dotted names."
  value = merge(
    {
      "store.url"        = local.store
      "registry.address" = azurerm_container_registry.this.login_server
      # Of all environments: a local cloud replaces it, and would not replace an environment's own.
      "cluster.context" = azurerm_kubernetes_cluster.this.name
    },
    { for environment, host in local.hosts : "environments.${environment}.host" => host },
  )
}

output "subjects" {
  description = "What each identity trusts: the subjects of its federated credentials."
  value = {
    for name in keys(local.identities) :
    name => sort([for credential in local.credentials : credential.subject if credential.identity == name])
  }
}

output "deployers" {
  description = "Object ids that `make bootstrap` binds to the Role `deployer`, for each environment."
  value = {
    for environment in local.environments : environment => sort([
      for name, accepts in local.deployers : azurerm_user_assigned_identity.workflow[name].principal_id
      if accepts == environment
    ])
  }
}

output "readers" {
  description = "Object ids that `make bootstrap` binds to the Role `reader`, for each environment that another is promoted from."
  value = {
    for environment in local.environments : environment => sort([
      for name, identity in local.identities : azurerm_user_assigned_identity.workflow[name].principal_id
      if try(identity.reads, "") == environment
    ])
  }
}

output "service_connections" {
  description = "The application id of each service connection of Azure Pipelines; empty without azure_devops."
  value = {
    for name, identity in local.identities :
    identity.service_connection => azurerm_user_assigned_identity.workflow[name].client_id
    if var.azure_devops != null && can(identity.service_connection)
  }
}
