"""A stand-in for the REST API of Azure DevOps: pipelines of a project and their runs.

Its answers have the format of Microsoft's reference of version 7.1 (Definitions - List, Builds - List),
without the members that this project does not read. They were not recorded from an organization.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from json_server import serving_json

TOKEN = "the-token-of-the-run"
REPOSITORY = "3411ebc1-d5aa-464f-9615-0b527bc66719"
API = "/fabrikam/Sea%20trial/_apis/build"


def pipeline(number: int, created: str, **more: object) -> dict[str, Any]:
    """Return the pipeline of `azure-pipelines.yml` in the repository, with other members in `more`."""
    found = {"id": number, "name": "release", "queueStatus": "enabled", "createdDate": created}
    process = {"type": 2, "yamlFilename": "azure-pipelines.yml"}
    repository = {"id": REPOSITORY, "name": "classifier", "type": "TfsGit"}
    return {**found, "process": process, "repository": repository, **more}


def build(queued: str, reason: str, status: str = "completed", result: str = "succeeded") -> dict[str, Any]:
    """Return a run; one that has not ended has no result."""
    page = f"https://dev.azure.test/fabrikam/_build/results?buildId={queued}"
    found = {"queueTime": queued, "reason": reason, "status": status, "_links": {"web": {"href": page}}}
    return found | ({"result": result} if status == "completed" else {})


@dataclass
class AzureBuildsStandIn:
    """The pipelines of one project, with the runs of each on main; `status` is that of every answer."""

    url: str = ""
    pipelines: list[dict[str, Any]] = field(default_factory=list)
    builds: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    status: int = 200
    authorizations: set[str] = field(default_factory=set)

    @property
    def environ(self) -> dict[str, str]:
        """The variables of a step that has the token of the run."""
        return {
            "TF_BUILD": "True",
            "SYSTEM_ACCESSTOKEN": TOKEN,
            "SYSTEM_COLLECTIONURI": f"{self.url}/fabrikam/",
            "SYSTEM_TEAMPROJECT": "Sea trial",
            "BUILD_REPOSITORY_ID": REPOSITORY,
        }

    def answer(self, target: str) -> tuple[int, object]:
        """Return status and body for the target of a request."""
        path, query = urlsplit(target).path.removeprefix(API), parse_qs(urlsplit(target).query)
        assert query["api-version"] == ["7.1"]
        if path == "/definitions":
            assert (query["processType"], query["includeAllProperties"]) == (["2"], ["true"])
            return self.status, {"count": len(self.pipelines), "value": self.pipelines}
        assert (path, query["branchName"]) == ("/builds", ["refs/heads/main"])
        of_reason = [
            each
            for each in self.builds.get(int(query["definitions"][0]), [])
            if each["reason"] == query["reasonFilter"][0]
        ]
        newest = sorted(of_reason, key=lambda each: str(each["queueTime"]), reverse=True)
        return self.status, {"value": newest[: int(query["$top"][0])]}


@contextmanager
def serving_azure_builds() -> Iterator[AzureBuildsStandIn]:
    """Serve the pipelines of a project on a loopback port."""
    state = AzureBuildsStandIn()
    with serving_json(state) as state.url:
        yield state
