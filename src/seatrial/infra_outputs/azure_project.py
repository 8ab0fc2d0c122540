"""A project of Azure DevOps: its variable groups, environments, checks and pipelines, read and set.

Sources: the REST API of Azure DevOps 7.1: *Variablegroups*, *Environments*, *Check Configurations* and
*Pipelines*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from pydantic import TypeAdapter

from seatrial.azure_devops import AzureDevOps

RIGHTS: Final = "be an administrator of the project"
MAIN: Final = "refs/heads/main"
TIMEOUT_MINUTES: Final = 43_200
# The kinds of checks, and the task of branch control, have the same ids in every organization.
LOCK: Final = {"id": "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563", "name": "ExclusiveLock"}
TASK_CHECK: Final = {"id": "fe1de3ee-a436-41b4-bb20-f6eb4cb879a7", "name": "Task Check"}
BRANCH_CONTROL: Final = {
    "id": "86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b",
    "name": "evaluatebranchProtection",
    "version": "0.0.1",
}
_CHECKS: Final = "pipelines/checks/configurations?api-version=7.1-preview.1"
_LIST: Final = TypeAdapter(dict[str, Any])
Members = dict[str, Any]


@dataclass(frozen=True)
class AzureProject:
    """A project with the repository `repository`; every method raises OutsideError if Azure DevOps fails.

    `organization` and `project` are the resources of the REST API.
    """

    organization: AzureDevOps
    project: AzureDevOps
    name: str
    repository: str

    def group(self, name: str) -> Members:
        """Return a variable group; without members if there is none."""
        found = self._values(f"distributedtask/variablegroups?groupName={quote(name)}")
        return next((each for each in found if each["name"] == name), {})

    def set_variable(self, group: str, name: str, value: str) -> None:
        """Set a variable of a group, which is created if there is none; its other variables stay."""
        found = self.group(group)
        # The value of a secret is not returned; sent without one, it stays.
        variables = {**found.get("variables", {}), name: {"value": value}}
        project = {"id": self._id(), "name": self.name}
        body = {
            "name": group,
            "type": "Vsts",
            "variables": variables,
            "variableGroupProjectReferences": [{"name": group, "projectReference": project}],
        }
        method, path = ("PUT", f"/{found['id']}") if found else ("POST", "")
        self.organization.request(method, f"distributedtask/variablegroups{path}", _LIST, body)

    def environments(self) -> dict[str, int]:
        """Return the id of each environment."""
        return {each["name"]: each["id"] for each in self._values("distributedtask/environments?$top=1000")}

    def add_environment(self, name: str) -> None:
        """Create an environment."""
        self.project.request("POST", "distributedtask/environments", _LIST, {"name": name})

    def checks(self, environment: int) -> list[Members]:
        """Return the checks of an environment with their settings."""
        resource = f"resourceType=environment&resourceId={environment}&$expand=settings"
        return self._values(f"{_CHECKS}&{resource}")

    def add_check(self, environment: int, kind: Members, settings: Members) -> None:
        """Add a check to an environment."""
        resource = {"type": "environment", "id": str(environment)}
        body = {"type": kind, "settings": settings, "resource": resource, "timeout": TIMEOUT_MINUTES}
        self.project.request("POST", _CHECKS, _LIST, body)

    def pipelines(self) -> list[str]:
        """Return the names of the pipelines."""
        return [each["name"] for each in self._values("pipelines?$top=1000")]

    def add_pipeline(self, name: str, path: str) -> None:
        """Create the pipeline of a file of the repository in Azure Repos."""
        repository = self.project.request("GET", f"git/repositories/{self.repository}", _LIST)
        source = {"id": repository["id"], "name": repository["name"], "type": "azureReposGit"}
        configuration = {"type": "yaml", "path": f"/{path}", "repository": source}
        body = {"name": name, "folder": "\\", "configuration": configuration}
        self.project.request("POST", "pipelines", _LIST, body)

    def _id(self) -> str:
        return str(self.organization.request("GET", f"projects/{quote(self.name)}", _LIST)["id"])

    def _values(self, path: str) -> list[Members]:
        return list(self.project.request("GET", path, TypeAdapter(dict[str, Any])).get("value", []))
