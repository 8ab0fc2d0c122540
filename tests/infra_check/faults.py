"""One-line faults of infra/, each of which a check must find."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """`text`, which is once in `file`, becomes `replacement`."""

    file: str
    text: str
    replacement: str

    def __str__(self) -> str:
        """The file, and what is changed in it."""
        before, after = (" ".join(text.split()) for text in (self.text, self.replacement))
        return f"{self.file}: {before} -> {after or 'nothing'}"

    def plant(self, folder: Path) -> None:
        """Change the file of a copy. Raises ValueError if the text is not in it exactly once."""
        path = folder / self.file
        before = path.read_text()
        if before.count(self.text) != 1:
            raise ValueError(f"{self.file} has {self.text!r} {before.count(self.text)} times, not once")
        path.write_text(before.replace(self.text, self.replacement))


def off(file: str, name: str, value: str = "true", other: str = "false") -> Fault:
    """Return the fault that the argument `name`, which is `value`, is `other`."""
    return Fault(file, f"{name} = {value}", f"{name} = {other}")


_ACCOUNT = "azurerm_storage_account.models.id"
_GROUP = "azurerm_resource_group.this.id"
FAULTS = [
    # The store.
    off("store.tf", "shared_access_key_enabled       ", "false", "true"),
    off("store.tf", "default_to_oauth_authentication "),
    off("store.tf", "allow_nested_items_to_be_public ", "false", "true"),
    off("store.tf", "cross_tenant_replication_enabled", "false", "true"),
    off("store.tf", "local_user_enabled              ", "false", "true"),
    off("store.tf", "https_traffic_only_enabled      "),
    Fault("store.tf", '"TLS1_2"', '"TLS1_0"'),
    off("store.tf", "versioning_enabled"),
    Fault(
        "store.tf",
        "    delete_retention_policy {\n      days = 30",
        "    delete_retention_policy {\n      days = 7",
    ),
    Fault(
        "store.tf",
        "container_delete_retention_policy {\n      days = 30",
        "container_delete_retention_policy {",
    ),
    Fault("store.tf", '"ZRS"', '"LRS"'),
    Fault("store.tf", '"private"', '"blob"'),
    # The registry.
    off("registry.tf", "admin_enabled         ", "false", "true"),
    off("registry.tf", "anonymous_pull_enabled", "false", "true"),
    # The cluster.
    off("cluster.tf", "local_account_disabled           "),
    off("cluster.tf", "run_command_enabled              ", "false", "true"),
    off("cluster.tf", "oidc_issuer_enabled              "),
    off("cluster.tf", "workload_identity_enabled        "),
    off("cluster.tf", "azure_rbac_enabled"),
    off("cluster.tf", "auto_scaling_enabled       "),
    Fault("cluster.tf", "    zones                       = var.zones\n", ""),
    Fault("cluster.tf", 'network_policy      = "cilium"', 'network_policy      = "calico"'),
    Fault("cluster.tf", 'sku_tier            = "Standard"', 'sku_tier            = "Free"'),
    Fault(
        "cluster.tf",
        "object_id                 = azurerm_user_assigned_identity.kubelet",
        "object_id                 = azurerm_user_assigned_identity.cluster",
    ),
    Fault("cluster.tf", 'mode = "Manual"', 'mode = "Auto"'),
    # The subjects.
    Fault(
        "credentials.tf",
        '"https://token.actions.githubusercontent.com"',
        '"https://token.actions.example.com"',
    ),
    Fault("credentials.tf", "api://AzureADTokenExchange", "api://azureadtokenexchange"),
    Fault("credentials.tf", '"repo:${var.github_repository}"', '"repo:${lower(var.github_repository)}"'),
    Fault("credentials.tf", "@${var.github_owner_id}/", "/"),
    Fault(
        "credentials.tf",
        "@${var.github_owner_id}/${local.github_name}@${var.github_repository_id}",
        "@${var.github_repository_id}/${local.github_name}@${var.github_owner_id}",
    ),
    Fault("credentials.tf", "var.github_name_subjects ? {", "true ? {"),
    Fault("credentials.tf", "/${var.azure_devops.project}/", "/${lower(var.azure_devops.project)}/"),
    Fault(
        "credentials.tf",
        "subject                   = each.value.subject",
        'subject                   = "repo:Acme/Seatrial:pull_request"',
    ),
    Fault("credentials.tf", "workflow[each.value.identity].id", 'workflow["production"].id'),
    Fault("identities.yaml", "subject: pull_request", "subject: pull_requests"),
    Fault("identities.yaml", "subject: ref:refs/heads/main", "subject: ref:refs/heads/master"),
    Fault("identities.yaml", "subject: environment:production-recovery", "subject: environment:production"),
    # The roles.
    Fault(
        "identities.yaml",
        "roles: [Storage Blob Data Reader, AcrPush]",
        "roles: [Storage Blob Data Contributor, AcrPush]",
    ),
    Fault(
        "identities.yaml",
        "subject: environment:model\n  roles: [Storage Blob Data Reader]",
        "subject: environment:model\n  roles: [Storage Blob Data Reader, AcrPush]",
    ),
    Fault(
        "identities.yaml",
        "subject: pull_request\n  roles: [Storage Blob Data Reader]",
        "subject: pull_request\n  roles: [Storage Blob Data Reader]\n  accepts: staging",
    ),
    Fault(
        "roles.tf",
        '"AcrPush"                                    = azurerm_container_registry.this.id',
        f'"AcrPush"                                    = {_GROUP}',
    ),
    Fault("roles.tf", "= azurerm_storage_container.models.id", f"= {_ACCOUNT}"),
    Fault("roles.tf", "workflow[each.value.identity].principal_id", 'workflow["build"].principal_id'),
    Fault("roles.tf", 'role_definition_name = "AcrPull"', 'role_definition_name = "AcrPush"'),
    Fault(
        "roles.tf",
        "scope                = azurerm_user_assigned_identity.kubelet.id",
        f"scope                = {_GROUP}",
    ),
    Fault("roles.tf", "RBAC Cluster Admin", "RBAC Admin"),
    Fault("store_roles.tf", "StringEquals", "StringLike"),
    Fault("store_roles.tf", "/environments/${each.value}.json", "/environments/staging.json"),
    Fault("store_roles.tf", "StringNotLike", "StringLike"),
    Fault(
        "store_roles.tf",
        "data_actions = [local.blob_writes]",
        'data_actions = [local.blob_writes, replace(local.blob_writes, "write", "delete")]',
    ),
    Fault("store_roles.tf", "setunion(local.administrators, var.publishers)", "var.publishers"),
    # What is read from it, the budget, and what may be given to it.
    Fault("outputs.tf", "{ HOST = local.hosts[identity.accepts] }", "{ HOST = local.hosts.staging }"),
    Fault(
        "outputs.tf",
        "AZURE_TENANT_ID       = data.azurerm_client_config.current.tenant_id",
        "AZURE_TENANT_ID       = data.azurerm_client_config.current.object_id",
    ),
    Fault("outputs.tf", "if accepts == environment", "if false"),
    Fault("budget.tf", ", azurerm_kubernetes_cluster.this.node_resource_group]", "]"),
    Fault("budget.tf", 'formatdate("YYYY-MM-01', 'formatdate("YYYY-01-01'),
    Fault(
        "budget.tf",
        'contact_emails = var.budget.emails\n    contact_roles  = ["Owner"]\n  }\n\n  life',
        "contact_emails = var.budget.emails\n  }\n\n  life",
    ),
    Fault("locals.tf", "${data.azurerm_subscription.current.subscription_id}/${var.name}", "${var.name}"),
    Fault("variables.tf", "length(var.zones) >= 2", "length(var.zones) >= 1"),
    Fault("variables.tf", "2 <= var.nodes.min && ", ""),
    Fault(
        "variables.tf",
        "(var.github_repository_id == null) == (var.github_owner_id == null)",
        "true || var.github_owner_id == null",
    ),
]
