locals {
  identities = yamldecode(file("${path.module}/identities.yaml"))
  deployers  = { for name, identity in local.identities : name => identity.accepts if can(identity.accepts) }

  environments = toset(values(local.deployers))

  # Names of storage accounts and registries are unique in the world, DNS labels in the region.
  unique = substr(sha256("${data.azurerm_subscription.current.subscription_id}/${var.name}"), 0, 6)
  hosts = {
    for environment in local.environments :
    environment => "${var.name}-${environment}-${local.unique}.${var.location}.cloudapp.azure.com"
  }

  store_prefix   = "models"
  administrators = length(var.administrators) > 0 ? var.administrators : toset([data.azurerm_client_config.current.object_id])
}

resource "azurerm_resource_group" "this" {
  name     = "rg-${var.name}"
  location = var.location
}
