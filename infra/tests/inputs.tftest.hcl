# Other inputs, and at the end those that are refused before anything is planned.
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

run "subjects_of_names_alone" {
  variables {
    github_owner_id      = null
    github_repository_id = null
  }
  assert {
    condition     = output.subjects.staging == tolist(["repo:Acme/Seatrial:environment:staging"])
    error_message = "Without the ids of GitHub there is the form of names alone."
  }
}

run "subjects_of_ids_alone" {
  variables {
    github_name_subjects = false
  }
  assert {
    condition     = output.subjects.staging == tolist(["repo:Acme@1001/Seatrial@2002:environment:staging"])
    error_message = "The form of names alone can be switched off."
  }
}

run "azure_devops_by_name" {
  variables {
    azure_devops = { organization = "contoso", organization_id = "0f0f0f0f-0000-0000-0000-000000000000", project = "Vision" }
  }
  assert {
    condition = { for key, credential in azurerm_federated_identity_credential.workflow : key => "${credential.issuer} ${credential.subject}" if endswith(key, "-azure-devops") } == {
      for name in ["build", "model", "staging", "staging-recovery", "production", "production-recovery"] :
      "${name}-azure-devops" => "https://vstoken.dev.azure.com/0f0f0f0f-0000-0000-0000-000000000000 sc://contoso/Vision/seatrial-${name}"
    }
    error_message = "Each service connection is trusted by its name."
  }
  assert {
    condition     = output.service_connections["seatrial-staging"] == azurerm_user_assigned_identity.workflow["staging"].client_id && length(output.service_connections) == 6
    error_message = "The application ids to type into the service connections are an output."
  }
}

run "azure_devops_by_entra_id" {
  variables {
    azure_devops = {
      organization    = "contoso"
      organization_id = "0f0f0f0f-0000-0000-0000-000000000000"
      project         = "Vision"
      connections = {
        seatrial-build = { issuer = "https://login.microsoftonline.com/T/v2.0", subject = "/eid1/c/pub/t/T/a/A/sc/O/C" }
      }
    }
  }
  assert {
    condition     = azurerm_federated_identity_credential.workflow["build-azure-devops"].issuer == "https://login.microsoftonline.com/T/v2.0" && azurerm_federated_identity_credential.workflow["build-azure-devops"].subject == "/eid1/c/pub/t/T/a/A/sc/O/C"
    error_message = "What Azure DevOps shows for a connection is trusted as it is."
  }
  assert {
    condition     = length(azurerm_federated_identity_credential.workflow) == 20
    error_message = "It replaces the credential of the name."
  }
}

run "azure_devops_without_github" {
  variables {
    github_repository    = null
    github_owner_id      = null
    github_repository_id = null
    azure_devops         = { organization = "contoso", organization_id = "0f0f0f0f-0000-0000-0000-000000000000", project = "Vision" }
  }
  assert {
    condition     = length(azurerm_federated_identity_credential.workflow) == 6 && length(output.subjects.pull_request) == 0
    error_message = "Nobody at GitHub is trusted."
  }
}

run "people" {
  variables {
    publishers = ["00000000-0000-0000-0000-00000000aaaa"]
  }
  assert {
    condition     = toset(keys(azurerm_role_assignment.administrator)) == toset(["00000000-0000-0000-0000-0000000000ff"])
    error_message = "Who applies it administers the cluster."
  }
  assert {
    condition     = azurerm_role_assignment.administrator["00000000-0000-0000-0000-0000000000ff"].role_definition_name == "Azure Kubernetes Service RBAC Cluster Admin" && azurerm_role_assignment.administrator["00000000-0000-0000-0000-0000000000ff"].scope == azurerm_kubernetes_cluster.this.id
    error_message = "`make bootstrap` creates namespaces, in this cluster."
  }
  assert {
    condition     = toset(keys(azurerm_role_assignment.publisher)) == toset(["00000000-0000-0000-0000-0000000000ff", "00000000-0000-0000-0000-00000000aaaa"])
    error_message = "Administrators and publishers publish models."
  }
  assert {
    condition     = alltrue([for role in azurerm_role_assignment.publisher : role.scope == azurerm_storage_container.models.id && role.role_definition_name == "Storage Blob Data Contributor" && role.condition_version == "2.0" && endswith(role.condition, "StringNotLike 'models/environments/*'") && strcontains(role.condition, "blobs/write'") && strcontains(role.condition, "blobs/add/action'") && strcontains(role.condition, "blobs/delete'")])
    error_message = "Who publishes does not decide what an environment has accepted."
  }
}

run "other_administrators" {
  variables {
    administrators = ["00000000-0000-0000-0000-00000000bbbb"]
  }
  assert {
    condition     = toset(keys(azurerm_role_assignment.administrator)) == toset(["00000000-0000-0000-0000-00000000bbbb"]) && toset(keys(azurerm_role_assignment.publisher)) == toset(["00000000-0000-0000-0000-00000000bbbb"])
    error_message = "Named administrators replace who applies it."
  }
}

run "budget" {
  variables {
    budget = { amount = 300, emails = ["ops@example.com"] }
  }
  assert {
    condition     = azurerm_consumption_budget_subscription.this[0].amount == 300 && toset(one(azurerm_consumption_budget_subscription.this[0].filter[0].dimension).values) == toset(["rg-seatrial", "rg-seatrial-nodes"])
    error_message = "The budget includes the nodes."
  }
  assert {
    condition     = alltrue([for notification in azurerm_consumption_budget_subscription.this[0].notification : contains(notification.contact_emails, "ops@example.com") && contains(notification.contact_roles, "Owner")])
    error_message = "Somebody gets the message."
  }
  assert {
    condition     = azurerm_consumption_budget_subscription.this[0].time_period[0].start_date == formatdate("YYYY-MM-01'T'00:00:00Z", timestamp())
    error_message = "It begins in the month in which it is created."
  }
}

run "no_budget_wanted" {
  variables {
    budget = null
  }
  assert {
    condition     = length(azurerm_consumption_budget_subscription.this) == 0
    error_message = "Some kinds of subscriptions have no budgets."
  }
}

run "names_differ_by_name" {
  variables {
    name     = "other"
    location = "swedencentral"
  }
  assert {
    condition     = azurerm_storage_account.models.name == "stother${local.unique}" && azurerm_container_registry.this.name == "crother${local.unique}" && length(local.unique) == 6
    error_message = "Names that are unique in the world contain a part of the subscription."
  }
  assert {
    condition     = local.hosts.staging == "other-staging-${local.unique}.swedencentral.cloudapp.azure.com"
    error_message = "So does the DNS label."
  }
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
