locals {
  github_issuer = "https://token.actions.githubusercontent.com"
  github_owner  = try(split("/", var.github_repository)[0], null)
  github_name   = try(split("/", var.github_repository)[1], null)

  # GitHub has two forms of subjects: of names alone, and immutable ones with the numbers of owner and repository.
  # https://docs.github.com/actions/reference/openid-connect-reference#immutable-subject-claims
  github_repositories = var.github_repository == null ? {} : merge(
    var.github_name_subjects ? { name = "repo:${var.github_repository}" } : {},
    var.github_repository_id == null ? {} : {
      id = "repo:${local.github_owner}@${var.github_owner_id}/${local.github_name}@${var.github_repository_id}"
    },
  )

  github_credentials = {
    for pair in setproduct(keys(local.identities), keys(local.github_repositories)) :
    "${pair[0]}-github-${pair[1]}" => {
      identity = pair[0]
      issuer   = local.github_issuer
      subject  = "${local.github_repositories[pair[1]]}:${local.identities[pair[0]].subject}"
    }
  }

  # https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity
  azure_devops_credentials = var.azure_devops == null ? {} : {
    for name, identity in local.identities :
    "${name}-azure-devops" => merge(
      { identity = name },
      try(var.azure_devops.connections[identity.service_connection], {
        issuer  = "https://vstoken.dev.azure.com/${var.azure_devops.organization_id}"
        subject = "sc://${var.azure_devops.organization}/${var.azure_devops.project}/${identity.service_connection}"
      }),
    )
    if can(identity.service_connection)
  }

  credentials = merge(local.github_credentials, local.azure_devops_credentials)
}

resource "azurerm_federated_identity_credential" "workflow" {
  for_each = local.credentials

  name                      = each.key
  user_assigned_identity_id = azurerm_user_assigned_identity.workflow[each.value.identity].id
  audience                  = ["api://AzureADTokenExchange"]
  issuer                    = each.value.issuer
  subject                   = each.value.subject
}
