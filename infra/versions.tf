terraform {
  required_version = ">= 1.9" # OpenTofu and Terraform

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "5.2.0"
    }
  }
}

# The subscription is the default one of `az login`, or ARM_SUBSCRIPTION_ID.
provider "azurerm" {
  storage_use_azuread = true # the storage account accepts no keys

  # A new subscription has none of these.
  resource_provider_registrations = "none"
  resource_providers_to_register = [
    "Microsoft.Compute",
    "Microsoft.Consumption",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Storage",
  ]

  features {}
}

data "azurerm_client_config" "current" {}

data "azurerm_subscription" "current" {}
