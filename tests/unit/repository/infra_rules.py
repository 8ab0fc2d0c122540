"""The rules that keep infra/ equal to the workflows, to the pages, and to the names of Azure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unit.repository.identities import Job, Workflows, jobs, triggers
from unit.repository.infra_files import Files, arguments, identities
from unit.repository.project import table_under

# `validate` does not know the names of roles. https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
ROLES = {
    "AcrPull",
    "AcrPush",
    "Azure Kubernetes Service Cluster User Role",
    "Azure Kubernetes Service RBAC Cluster Admin",
    "Managed Identity Operator",
    "Storage Blob Data Contributor",
    "Storage Blob Data Reader",
}
# Nor the sizes of machines: these have 2 and 4 cores, and a temporary disk for the 64 GB of the system.
SIZES = {"Standard_D2ds_v5", "Standard_D4ds_v5"}
# What a person would have to notice in a plan.
REQUIRED = {
    "azurerm_storage_account.models.shared_access_key_enabled": "false",
    "azurerm_storage_account.models.allow_nested_items_to_be_public": "false",
    "azurerm_storage_account.models.cross_tenant_replication_enabled": "false",
    "azurerm_storage_account.models.local_user_enabled": "false",
    "azurerm_storage_account.models.https_traffic_only_enabled": "true",
    "azurerm_storage_account.models.min_tls_version": '"TLS1_2"',
    "azurerm_storage_account.models.blob_properties.versioning_enabled": "true",
    "azurerm_storage_container.models.container_access_type": '"private"',
    "azurerm_container_registry.this.admin_enabled": "false",
    "azurerm_container_registry.this.anonymous_pull_enabled": "false",
    "azurerm_kubernetes_cluster.this.local_account_disabled": "true",
    "azurerm_kubernetes_cluster.this.run_command_enabled": "false",
    "azurerm_kubernetes_cluster.this.default_node_pool.zones": "var.zones",
    "azurerm_kubernetes_cluster.this.network_profile.network_policy": '"cilium"',
    "azurerm_federated_identity_credential.workflow.subject": "each.value.subject",
    "azurerm_federated_identity_credential.workflow.user_assigned_identity_id": (
        "azurerm_user_assigned_identity.workflow[each.value.identity].id"
    ),
    "azurerm_role_assignment.workflow.principal_id": (
        "azurerm_user_assigned_identity.workflow[each.value.identity].principal_id"
    ),
    "azurerm_role_assignment.accepted_model.principal_id": (
        "azurerm_user_assigned_identity.workflow[each.key].principal_id"
    ),
    "azurerm_role_assignment.workflow.role_definition_name": "each.value.role",
}
RELEASED = {"ENV": "staging", "ENV-recovery": "staging-recovery"}
Row = tuple[str, str, str, frozenset[str], str, str]


def violations(files: Files, page: str, workflows: Workflows) -> Iterator[str]:
    """Yield each rule that infra/ breaks, with where."""
    yield from of_arguments(files)
    yield from of_names(files)
    created = {row[0]: row for row in rows_of_infra(files)}
    listed = {row[0]: row for row in rows_of_page(page)}
    for subject in sorted({*created, *listed}):
        if created.get(subject) != listed.get(subject):
            yield f"{subject}: {created.get(subject)} is not {listed.get(subject)} of identities.md"
    used = subjects_of(workflows)
    for pair in sorted({(row[0], row[1]) for row in created.values()} ^ used):
        yield f"{pair[0]} as {pair[1]}: {'no credential' if pair in used else 'no job uses it'}"


def of_arguments(files: Files) -> Iterator[str]:
    """Yield each argument that is not what it must be."""
    found = arguments(files)
    for name, value in REQUIRED.items():
        if found.get(f"resource.{name}") != value:
            yield f"{name} is {found.get(f'resource.{name}')}, not {value}"


def of_names(files: Files) -> Iterator[str]:
    """Yield each name of a role and each size of a machine that Azure may not know."""
    text = "".join(files.values())
    roles = {role for each in identities(files).values() for role in each["roles"]}
    yield from sorted(f"unknown role {name}" for name in roles - ROLES)
    for name in re.findall(r"role_definition_name\s+= \"(.+)\"", text):
        if name not in ROLES:
            yield f"unknown role {name}"
    for size in re.findall(r"\"(Standard_[A-Z]\w+)\"", text):
        if size not in SIZES:
            yield f"unknown size {size}"
    scopes = set(re.findall(r"^    \"(.+)\"\s+= azurerm_\w+\.\w+\.id$", files["roles.tf"], re.M))
    yield from sorted(f"no scope for the role {name}" for name in roles - scopes)


def rows_of_infra(files: Files) -> Iterator[Row]:
    """Yield subject, variable, GitHub environment, roles, accepted model, read namespace of each identity."""
    for each in identities(files).values():
        variable, subject, environment = each["variable"], each["subject"], each.get("environment", "")
        rights = (frozenset(each["roles"]), each.get("accepts", ""), each.get("reads", ""))
        yield (subject, variable, environment, *rights)


def rows_of_page(page: str) -> Iterator[Row]:
    """Yield the same of each row of the table `Identities`."""
    written: dict[str, str] = {}
    for variables, environment, rights, subject in table_under("Identities", page):
        written[environment] = rights
        name = RELEASED.get(environment, environment)
        (variable,) = re.findall(r"`(AZURE_\w+)`", variables)
        whole = resolved(rights, written)
        roles = set(re.findall(r"\*([^*]+)\*", re.sub(r", \*AcrPush\* for a registry of its own", "", whole)))
        if removed := re.search(r"without \*(.+?)\*", whole):
            roles.discard(removed[1])
        accepts = name.removesuffix("-recovery") if "`deployer`" in whole else ""
        reads = re.findall(r"to read (\w+)'s namespace", whole)
        whose = re.sub(r"ENV", "staging", subject.strip("`"))
        yield whose, variable, name, frozenset(roles), accepts, reads[0] if reads else ""


def resolved(rights: str, written: dict[str, str]) -> str:
    """Return the text of rights with that of the row which it is the same as."""
    if same := re.match(r"the same (?:as|for) (\w+)", rights):
        other = same[1] if rights.startswith("the same as") else "ENV"
        return f"{resolved(written[other], written)} {rights}"
    return rights


def subjects_of(workflows: Workflows) -> set[tuple[str, str]]:
    """Return subject and variable of each job that signs in to Azure."""
    found = set()
    for job in jobs(workflows):
        for variable in (name for name in job.identities if name.startswith("AZURE_")):
            found |= {(subject, variable) for subject in job_subjects(job, workflows)}
    return found


def job_subjects(job: Job, workflows: Workflows) -> Iterator[str]:
    """Yield what GitHub puts after `repo:OWNER/NAME:` into the token of a job."""
    if not job.environment:
        yield "pull_request" if job.events == {"pull_request"} else "ref:refs/heads/main"
        return
    for name in environments(job.workflow, workflows):
        yield "environment:" + job.environment.replace("${{ inputs.environment }}", name)


def environments(workflow: str, workflows: Workflows) -> set[str]:
    """Return the values of the input `environment`: what callers give, or a person chooses from."""
    given = {
        call["with"]["environment"]
        for content in workflows.values()
        for call in content["jobs"].values()
        if str(call.get("uses", "")).endswith(f"/{workflow}") and "environment" in call.get("with", {})
    }
    chosen = triggers(workflows[workflow]).get("workflow_dispatch", {}).get("inputs", {})
    return given | set(chosen.get("environment", {}).get("options", [])) or {""}
