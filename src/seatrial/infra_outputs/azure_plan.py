"""Everything that infra-azure-devops does in a project of Azure DevOps: read first, then show, then set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from seatrial.azure_devops import AzureDevOps, authorization, azure_address
from seatrial.errors import UsageError
from seatrial.http_client import HttpClient
from seatrial.infra_outputs.azure_project import (
    BRANCH_CONTROL,
    LOCK,
    MAIN,
    RIGHTS,
    TASK_CHECK,
    AzureProject,
    Members,
)
from seatrial.infra_outputs.changes import Change
from seatrial.infra_outputs.state import Outputs

GROUP: Final = "seatrial"
SHARED: Final = ("STORE", "REGISTRY")
OF_THE_CLUSTER: Final = ("KUBECONTEXT", "AKS_CLUSTER", "AKS_RESOURCE_GROUP")
RECOVERY: Final = "-recovery"
PAGE: Final = "docs/how-to/azure-pipelines.md"


@dataclass(frozen=True)
class AzurePlan:
    """The changes of a project, in the order in which they are made, and what a person does afterwards."""

    project: str
    changes: tuple[Change, ...]
    left: tuple[str, ...]


def open_project(remote: str, environ: Mapping[str, str], http: HttpClient) -> AzureProject:
    """Return the project of a repository in Azure Repos.

    Raises UsageError if the remote is not in Azure Repos, OutsideError as `authorization`.
    """
    address = azure_address(remote)
    if not address:
        what = "the remote origin is not a repository in Azure Repos"
        raise UsageError(what, f"set the variable groups of {PAGE} by hand, or make infra-outputs for GitHub")
    project, _, repository = address.partition("/_git/")
    organization, _, name = project.rpartition("/")
    signed_in = authorization(f"{project}/", environ)
    outer, inner = (AzureDevOps(f"{url}/_apis", signed_in, RIGHTS, http) for url in (organization, project))
    return AzureProject(outer, inner, unquote(name), repository)


def plan(project: AzureProject, outputs: Outputs, root: Path) -> AzurePlan:
    """Return what is to be set in the project; nothing is changed. Raises OutsideError if it fails."""
    names = sorted(outputs.variables.environments)
    changes = (
        *_variables(project, outputs),
        *_environments(project, names),
        *_pipelines(project, root),
    )
    return AzurePlan(project.name, changes, tuple(_left(outputs)))


def variables_of(outputs: Outputs) -> dict[str, dict[str, str]]:
    """Return the variables of each variable group."""
    given = outputs.variables.repository
    groups = {GROUP: {name: given[name] for name in SHARED}}
    for name in outputs.deployers:
        own = outputs.variables.environments.get(name, {})
        host = {"HOST": own["HOST"]} if "HOST" in own else {}
        groups[f"{GROUP}-{name}"] = {**{each: given[each] for each in OF_THE_CLUSTER}, **host}
    return groups


def pipelines_of(root: Path) -> dict[str, str]:
    """Return the file of each pipeline by its name."""
    files = sorted((root / ".azure-pipelines").glob("*.yml"))
    return {GROUP: "azure-pipelines.yml"} | {
        f"{GROUP}-{path.stem}": path.relative_to(root).as_posix() for path in files
    }


def _variables(project: AzureProject, outputs: Outputs) -> Iterator[Change]:
    for group, values in variables_of(outputs).items():
        present = project.group(group).get("variables", {})
        for name, value in values.items():
            before = str((present.get(name) or {}).get("value") or "")
            yield Change(name, group, before, value, _made(project.set_variable, group, name, value))


def _environments(project: AzureProject, names: list[str]) -> Iterator[Change]:
    present = project.environments()
    for name in names:
        yield Change(
            "environment", name, name if name in present else "", name, _made(project.add_environment, name)
        )
        checks = project.checks(present[name]) if name in present else []
        yield Change("branch control", name, _branches(checks), MAIN, partial(_control_branch, project, name))
        if not name.endswith(RECOVERY):
            locked = "on" if any(_is(check, LOCK) for check in checks) else ""
            yield Change("exclusive lock", name, locked, "on", partial(_lock, project, name))


def _pipelines(project: AzureProject, root: Path) -> Iterator[Change]:
    present = project.pipelines()
    for name, path in pipelines_of(root).items():
        before = path if name in present else ""
        yield Change("pipeline", name, before, path, _made(project.add_pipeline, name, path))


def _left(outputs: Outputs) -> Iterator[str]:
    for name, client in sorted(outputs.service_connections.items()):
        yield f"left to do: the service connection {name} with the application id {client}"
    yield "left to do: branch control of each service connection; approvals of the environment production"
    yield "left to do: rights of the build service for model.yml; build validation by pull-request.yml"
    yield f"each is described in {PAGE}"


def _branches(checks: list[Members]) -> str:
    """Return the branches that a check allows; a check of a person with others counts as it is."""
    for check in checks:
        settings = check.get("settings") or {}
        if (settings.get("definitionRef") or {}).get("id", "").lower() == BRANCH_CONTROL["id"]:
            return str((settings.get("inputs") or {}).get("allowedBranches", ""))
    return ""


def _control_branch(project: AzureProject, name: str) -> str:
    environment = project.environments()[name]
    if other := _branches(project.checks(environment)):
        return f"the branch control of {name} allows {other}: change it to {MAIN} alone"
    inputs = {
        "allowedBranches": MAIN,
        "ensureProtectionOfBranch": "true",
        "allowUnknownStatusBranch": "false",
    }
    settings = {"displayName": "Branch control", "definitionRef": BRANCH_CONTROL, "inputs": inputs}
    project.add_check(environment, TASK_CHECK, {**settings, "retryInterval": 5})
    return ""


def _lock(project: AzureProject, name: str) -> str:
    project.add_check(project.environments()[name], LOCK, {})
    return ""


def _is(check: Members, kind: Members) -> bool:
    return str((check.get("type") or {}).get("id", "")).lower() == str(kind["id"])


def _made(set_one: Callable[..., None], *words: str) -> Callable[[], str]:
    """Return the change that a method makes, as a whole or not at all."""

    def make() -> str:
        set_one(*words)
        return ""

    return make
