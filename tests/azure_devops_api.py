"""A stand-in for the REST API of Azure DevOps: the three resources with which an approval is verified.

Its answers have the format of Microsoft's reference of version 7.1 (Builds - Get, Timeline - Get, Approvals -
Query), without the members that this project does not read. They were not recorded from an organisation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from json_server import serving_json

TOKEN = "the-token-of-the-run"
NUMBER = 1658
API = "/fabrikam/Sea%20trial/_apis"


def person(name: str) -> dict[str, str]:
    """Return an identity."""
    return {
        "displayName": name.partition("@")[0],
        "uniqueName": name,
        "id": "3b3db741-9d03-4e32-a7c0-6c3dfc2013c1",
    }


def approval(identifier: str, status: str, **approvers: str) -> dict[str, Any]:
    """Return an approval with the status of each approver's step by name at example.com."""
    steps = [
        {"assignedApprover": person(f"{name}@example.com"), "status": given, "order": 1}
        | ({} if given == "pending" else {"actualApprover": person(f"{name}@example.com")})
        for name, given in approvers.items()
    ]
    return {
        "id": identifier,
        "status": status,
        "executionOrder": "anyOrder",
        "minRequiredApprovers": 1,
        "steps": steps,
    }


def stage(name: str, attempt: int, *approvals: str) -> list[dict[str, Any]]:
    """Return the records of a stage that waited for approvals."""
    own = f"{name}-{attempt}"
    checkpoint = {"id": f"checkpoint-{own}", "parentId": own, "type": "Checkpoint", "name": "Checkpoint"}
    return [
        {
            "id": own,
            "parentId": None,
            "type": "Stage",
            "identifier": name,
            "attempt": attempt,
            "state": "inProgress",
        },
        {**checkpoint, "attempt": 1, "identifier": "Checkpoint", "state": "completed"},
        *(
            {"id": each, "parentId": checkpoint["id"], "type": "Checkpoint.Approval", "state": "completed"}
            for each in approvals
        ),
    ]


@dataclass
class AzureDevOpsStandIn:
    """The answers for one run; `status` is that of every answer."""

    url: str = ""
    build: dict[str, Any] = field(default_factory=lambda: {"id": NUMBER, "status": "inProgress"})
    records: list[dict[str, Any]] = field(default_factory=list)
    approvals: object = field(default_factory=list)
    status: int = 200
    paths: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)

    @property
    def environ(self) -> dict[str, str]:
        """The variables of a step of the stage `production`, and the token."""
        return {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": f"{self.url}/fabrikam/",
            "SYSTEM_TEAMPROJECT": "Sea trial",
            "BUILD_BUILDID": str(NUMBER),
            "SYSTEM_STAGENAME": "production",
            "SYSTEM_STAGEATTEMPT": "1",
            "SYSTEM_ACCESSTOKEN": TOKEN,
        }

    def answer(self, target: str) -> tuple[int, object]:
        """Return status and body for the target of a request, and record it."""
        self.paths.append(target.removeprefix(API))
        path, query = urlsplit(target).path.removeprefix(API), parse_qs(urlsplit(target).query)
        wanted = query.get("approvalIds", [""])[0].split(",")
        found = self.approvals
        if isinstance(found, list):
            found = {"value": [each for each in found if each["id"] in wanted], "count": 1}
        known = {
            f"/build/builds/{NUMBER}": self.build,
            f"/build/builds/{NUMBER}/timeline": {"records": self.records, "changeId": 27},
            "/pipelines/approvals": found,
        }
        return (self.status, known[path]) if path in known else (404, {"message": "not found"})


@contextmanager
def serving_azure_devops() -> Iterator[AzureDevOpsStandIn]:
    """Serve the answers on a loopback port."""
    state = AzureDevOpsStandIn()
    with serving_json(state) as state.url:
        yield state
