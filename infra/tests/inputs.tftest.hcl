# Inputs that are refused before anything is planned.
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

variables {
  github_repository    = "Acme/Seatrial"
  github_owner_id      = "1001"
  github_repository_id = "2002"
}

run "name_with_capitals" {
  command = plan
  variables {
    name = "Bad Name"
  }
  expect_failures = [var.name]
}

run "name_too_long" {
  command = plan
  variables {
    name = "abcdefghijklmno"
  }
  expect_failures = [var.name]
}

run "display_name_of_a_region" {
  command = plan
  variables {
    location = "West Europe"
  }
  expect_failures = [var.location]
}

run "repository_without_owner" {
  command = plan
  variables {
    github_repository = "seatrial"
  }
  expect_failures = [var.github_repository]
}

run "repository_as_url" {
  command = plan
  variables {
    github_repository = "https://github.com/acme/seatrial"
  }
  expect_failures = [var.github_repository]
}

run "id_that_is_a_name" {
  command = plan
  variables {
    github_owner_id = "acme"
  }
  expect_failures = [var.github_owner_id]
}

run "one_id_alone" {
  command = plan
  variables {
    github_owner_id = null
  }
  expect_failures = [var.github_repository_id]
}

run "no_form_of_subjects" {
  command = plan
  variables {
    github_name_subjects = false
    github_owner_id      = null
    github_repository_id = null
  }
  expect_failures = [var.github_name_subjects]
}

run "one_zone" {
  command = plan
  variables {
    zones = ["1"]
  }
  expect_failures = [var.zones]
}

run "one_node" {
  command = plan
  variables {
    nodes = { min = 1 }
  }
  expect_failures = [var.nodes]
}

run "fewer_nodes_at_most" {
  command = plan
  variables {
    nodes = { min = 4, max = 3 }
  }
  expect_failures = [var.nodes]
}

run "no_budget" {
  command = plan
  variables {
    budget = { amount = 0 }
  }
  expect_failures = [var.budget]
}

run "nobody_to_trust" {
  command = plan
  variables {
    github_repository = null
  }
  expect_failures = [var.github_repository]
}
