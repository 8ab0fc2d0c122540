"""Ways to make infra/ insecure, or to differ from workflows and pages; each with the rule against it."""

from __future__ import annotations

# What changes in a file, and the beginning of what is reported.
PLANTED: dict[str, tuple[str, str, str, str]] = {
    "keys of the store": (
        "store.tf",
        "shared_access_key_enabled        = false",
        "shared_access_key_enabled        = true",
        "azurerm_storage_account.models.shared_access_key_enabled is true, not false",
    ),
    "no argument for keys": (
        "store.tf",
        "shared_access_key_enabled        = false",
        "",
        "azurerm_storage_account.models.shared_access_key_enabled is None, not false",
    ),
    "public blobs": (
        "store.tf",
        'container_access_type = "private"',
        'container_access_type = "blob"',
        "azurerm_storage_container.models.container_access_type is",
    ),
    "admin of the registry": (
        "registry.tf",
        "admin_enabled          = false",
        "admin_enabled          = true",
        "azurerm_container_registry.this.admin_enabled is true",
    ),
    "local accounts": (
        "cluster.tf",
        "local_account_disabled            = true",
        "local_account_disabled            = false",
        "azurerm_kubernetes_cluster.this.local_account_disabled is false",
    ),
    "one zone": (
        "cluster.tf",
        "zones                       = var.zones",
        'zones                       = ["1"]',
        "azurerm_kubernetes_cluster.this.default_node_pool.zones is",
    ),
    "network policies that nobody enforces": (
        "cluster.tf",
        'network_policy      = "cilium"',
        'network_policy      = "none"',
        "azurerm_kubernetes_cluster.this.network_profile.network_policy is",
    ),
    "a role that Azure does not have": (
        "roles.tf",
        "Azure Kubernetes Service RBAC Cluster Admin",
        "Azure Kubernetes Service RBAC Cluster Administrator",
        "unknown role Azure Kubernetes Service RBAC Cluster Administrator",
    ),
    "a role of an identity that Azure does not have": (
        "identities.yaml",
        "roles: [Storage Blob Data Reader, AcrPush]",
        "roles: [Storage Blob Data Reader, ACRPush]",
        "unknown role ACRPush",
    ),
    "a size that Azure does not have": (
        "variables.tf",
        "Standard_D2ds_v5",
        "Standard_D2_ds_v5",
        "unknown size Standard_D2_ds_v5",
    ),
    "push for the identity of models": (
        "identities.yaml",
        "subject: environment:model\n  roles: [Storage Blob Data Reader]",
        "subject: environment:model\n  roles: [Storage Blob Data Reader, AcrPush]",
        "environment:model: (",
    ),
    "a pull request that releases": (
        "identities.yaml",
        "subject: pull_request\n",
        "subject: pull_request\n  accepts: staging\n",
        "pull_request: (",
    ),
    "the accepted model of another environment": (
        "identities.yaml",
        "  accepts: production\n  reads: staging\n\nproduction-recovery",
        "  accepts: staging\n  reads: staging\n\nproduction-recovery",
        "environment:production: (",
    ),
    "production that reads nothing": (
        "identities.yaml",
        "  reads: staging\n\nproduction-recovery",
        "\nproduction-recovery",
        "environment:production: (",
    ),
    "a subject with a capital letter": (
        "identities.yaml",
        "subject: environment:staging\n",
        "subject: environment:Staging\n",
        "environment:Staging as AZURE_CLIENT_ID: no job uses it",
    ),
    "a branch that no job runs on": (
        "identities.yaml",
        "ref:refs/heads/main",
        "ref:refs/heads/master",
        "ref:refs/heads/main as AZURE_CLIENT_ID: no credential",
    ),
    "the variable of pull requests for main": (
        "identities.yaml",
        "variable: AZURE_CLIENT_ID\n  subject: ref",
        "variable: AZURE_PR_CLIENT_ID\n  subject: ref",
        "ref:refs/heads/main as AZURE_PR_CLIENT_ID: no job uses it",
    ),
    "an identity that is missing": (
        "identities.yaml",
        "subject: environment:staging-recovery",
        "subject: environment:production-recovery",
        "environment:staging-recovery as AZURE_CLIENT_ID: no credential",
    ),
    "the roles of all for one identity": (
        "roles.tf",
        "workflow[each.value.identity].principal_id",
        'workflow["build"].principal_id',
        "azurerm_role_assignment.workflow.principal_id is",
    ),
    "all credentials of one identity": (
        "credentials.tf",
        "workflow[each.value.identity].id",
        'workflow["production"].id',
        "azurerm_federated_identity_credential.workflow.user_assigned_identity_id is",
    ),
    "a credential with a fixed subject": (
        "credentials.tf",
        "subject                   = each.value.subject",
        'subject                   = "repo:acme/seatrial:pull_request"',
        "azurerm_federated_identity_credential.workflow.subject is",
    ),
}
