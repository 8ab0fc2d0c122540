"""A stand-in for the REST API of Azure DevOps: variable groups, environments, checks, pipelines of a project.

Its answers have the format of Microsoft's reference of version 7.1 (Variablegroups, Environments, Check
Configurations, Pipelines), without the members that this project does not read. They were not recorded from
an organization.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from json_server import serving_json

PROJECT_ID = "a7573007-bbb3-4341-b726-0c4148a07853"
REPOSITORY_ID = "3411ebc1-d5aa-464f-9615-0b527bc66719"
ORGANIZATION = "/fabrikam/_apis"
PROJECT = "/fabrikam/Sea%20trial/_apis"
CHECKS = f"{PROJECT}/pipelines/checks/configurations"
Members = dict[str, Any]
Answer = tuple[int, object]


@dataclass
class AzureProjectStandIn:
    """The project; `refused` is the path of a POST or PUT that is refused."""

    url: str = ""
    groups: list[Members] = field(default_factory=list)
    environments: list[Members] = field(default_factory=list)
    checks: list[Members] = field(default_factory=list)
    pipelines: list[Members] = field(default_factory=list)
    refused: str = ""
    changes: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)

    @property
    def remote(self) -> str:
        """The address of the repository."""
        return f"{self.url}/fabrikam/Sea%20trial/_git/classifier"

    def answer(self, target: str) -> Answer:
        """Return the answer to a GET. Values of secrets are not in it."""
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        assert query["api-version"] == ["7.1-preview.1" if path == CHECKS else "7.1"]
        if path == f"{PROJECT}/distributedtask/variablegroups":
            found = [self._shown(each) for each in self.groups if each["name"] == query["groupName"][0]]
            return 200, {"count": len(found), "value": found}
        if path == CHECKS:
            identifier = query["resourceId"][0]
            return 200, {"value": [each for each in self.checks if each["resource"]["id"] == identifier]}
        known = {
            f"{PROJECT}/distributedtask/environments": {"value": self.environments},
            f"{PROJECT}/pipelines": {"value": self.pipelines},
            f"{PROJECT}/git/repositories/classifier": {"id": REPOSITORY_ID, "name": "classifier"},
            f"{ORGANIZATION}/projects/Sea%20trial": {"id": PROJECT_ID, "name": "Sea trial"},
        }
        return (200, known[path]) if path in known else (404, {"message": "not found"})

    def change(self, method: str, target: str, sent: Members) -> Answer:
        """Do a POST or PUT and return its answer."""
        path = urlsplit(target).path
        if self.refused and self.refused in path:
            return 403, {"message": "You do not have permissions to perform this operation."}
        self.changes.append(f"{method} {path.rpartition('_apis/')[2]}")
        if found := re.fullmatch(rf"{ORGANIZATION}/distributedtask/variablegroups(?:/(\d+))?", path):
            return self._write_group(int(found[1] or 0), sent)
        lists = {
            f"{PROJECT}/distributedtask/environments": self.environments,
            f"{PROJECT}/pipelines": self.pipelines,
            CHECKS: self.checks,
        }
        if path not in lists:
            return 404, {"message": "not found"}
        lists[path].append({**sent, "id": len(lists[path]) + 1})
        return 200, lists[path][-1]

    def _write_group(self, number: int, sent: Members) -> Answer:
        (reference,) = sent["variableGroupProjectReferences"]
        assert reference["projectReference"] == {"id": PROJECT_ID, "name": "Sea trial"}
        if not number:
            self.groups.append({**sent, "id": len(self.groups) + 1})
            return 200, self._shown(self.groups[-1])
        kept = self.groups[number - 1]["variables"]
        # A secret that is sent without a value keeps its own.
        variables = {
            name: kept[name] if each.get("isSecret") and not each.get("value") else each
            for name, each in sent["variables"].items()
        }
        self.groups[number - 1].update({**sent, "variables": variables})
        return 200, self._shown(self.groups[number - 1])

    def _shown(self, group: Members) -> Members:
        hidden = {
            name: {**each, "value": None} if each.get("isSecret") else each
            for name, each in group["variables"].items()
        }
        return {**group, "variables": hidden}


@contextmanager
def serving_azure_project() -> Iterator[AzureProjectStandIn]:
    """Serve an empty project on a loopback port."""
    state = AzureProjectStandIn()
    with serving_json(state) as state.url:
        yield state
