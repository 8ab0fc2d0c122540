# Who may write which blobs: docs/how-to/azure.md, "What a release may write".
locals {
  store       = "az://${azurerm_storage_account.models.name}/${azurerm_storage_container.models.name}/${local.store_prefix}"
  blob_path   = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]"
  blob_writes = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"

  not_accepted_models = <<-EOT
    (!(ActionMatches{'${local.blob_writes}'})
     AND !(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'})
     AND !(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'}))
    OR ${local.blob_path} StringNotLike '${local.store_prefix}/environments/*'
  EOT
}

resource "azurerm_role_definition" "accepted_model" {
  name              = "Seatrial accepted model (${var.name} ${local.unique})" # unique in the directory
  scope             = azurerm_resource_group.this.id
  assignable_scopes = [azurerm_resource_group.this.id]
  description       = "Replace blobs: with a condition, the model that an environment has accepted."

  permissions {
    data_actions = [local.blob_writes]
  }
}

resource "azurerm_role_assignment" "accepted_model" {
  for_each = local.deployers

  scope              = azurerm_storage_container.models.id
  role_definition_id = azurerm_role_definition.accepted_model.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.workflow[each.key].principal_id
  principal_type     = "ServicePrincipal"
  condition_version  = "2.0"
  condition          = "${local.blob_path} StringEquals '${local.store_prefix}/environments/${each.value}.json'"
}

resource "azurerm_role_assignment" "publisher" {
  for_each = setunion(local.administrators, var.publishers)

  scope                = azurerm_storage_container.models.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value
  condition_version    = "2.0"
  condition            = trimspace(local.not_accepted_models)
}
