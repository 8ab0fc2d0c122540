"""A stand-in for the REST API of Azure Repos: pull requests and comments, for a repository in a directory.

Its answers have the format of Microsoft's reference of version 7.1 (Pull Requests, Pull Request Threads),
without the members that this project does not read, and its limits: a description of 4,000 characters, one
active pull request from a branch. They were not recorded from an organization.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from git_command import git
from json_server import serving_json

TOKEN = "the-token-of-the-run"
PROJECT = "/fabrikam/Sea%20trial"
API = f"{PROJECT}/_apis/git/repositories/classifier"
LONGEST = 4_000
Answer = tuple[int, object]


def refused(message: str, status: int = 400) -> Answer:
    """Return a refusal as Azure DevOps words it."""
    return status, {"$id": "1", "innerException": None, "message": message, "typeKey": "Exception"}


@dataclass
class AzureReposStandIn:
    """The pull requests of the bare repository `origin`; `failure` is the answer to everything."""

    origin: Path
    url: str = ""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    threads: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    failure: Answer | None = None
    authorizations: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        """The address of the repository."""
        return f"{self.url}{PROJECT}/_git/classifier"

    @property
    def environ(self) -> dict[str, str]:
        """The variables of a step of Azure Pipelines that has the token of the run."""
        return {"SYSTEM_ACCESSTOKEN": TOKEN, "SYSTEM_COLLECTIONURI": f"{self.url}/fabrikam/"}

    @property
    def active(self) -> list[dict[str, Any]]:
        """The pull requests that are active."""
        return [pull for pull in self.pulls if pull["status"] == "active"]

    def answer(self, target: str) -> Answer:
        """Return the answer to a GET."""
        path, query = urlsplit(target).path.removeprefix(API), parse_qs(urlsplit(target).query)
        if self.failure:
            return self.failure
        if path.startswith(PROJECT):
            return refused("a request of git, which this is no server for", 404)
        assert query["api-version"] == ["7.1"]
        if path == "/pullrequests":
            base = query["searchCriteria.targetRefName"][0]
            # A list has the first 400 characters of a description only.
            found = [{**pull, "description": pull["description"][:400]} for pull in self.active]
            return 200, {"value": [pull for pull in found if pull["targetRefName"] == base]}
        if found_thread := re.fullmatch(r"/pullRequests/(\d+)/threads", path):
            return 200, {"value": self.threads[int(found_thread[1])]}
        return refused("not found", 404)

    def change(self, method: str, target: str, sent: dict[str, Any]) -> Answer:
        """Do a POST or PATCH and return its answer."""
        path = urlsplit(target).path.removeprefix(API)
        if self.failure:
            return self.failure
        if len(sent.get("description", "")) > LONGEST:
            return refused("A description for a pull request must not be longer than 4000 characters.")
        if (method, path) == ("POST", "/pullrequests"):
            return self._create(sent)
        if found := re.fullmatch(r"/pullrequests/(\d+)", path):
            self.pulls[int(found[1]) - 1].update(sent)
            return 200, self.pulls[int(found[1]) - 1]
        if found := re.fullmatch(r"/pullRequests/(\d+)/threads", path):
            return self._thread(int(found[1]), sent)
        if found := re.fullmatch(r"/pullRequests/(\d+)/threads/(\d+)/comments/1", path):
            comment = self.threads[int(found[1])][int(found[2]) - 1]["comments"][0]
            comment.update(sent)
            return 200, comment
        return refused("not found", 404)

    def _create(self, sent: dict[str, Any]) -> Answer:
        source = sent["sourceRefName"]
        if not git(self.origin, "for-each-ref", source):
            return refused(f"TF401398: The source branch {source} does not exist")
        if any(pull["sourceRefName"] == source for pull in self.active):
            return refused("TF401179: An active pull request for the source and target branch exists.", 409)
        return 201, self.add(**sent)

    def add(self, **members: Any) -> dict[str, Any]:
        """Add an active pull request, with the system's own comment on it."""
        pull = {"pullRequestId": len(self.pulls) + 1, "status": "active", "description": "", **members}
        self.pulls.append(pull)
        self.threads[pull["pullRequestId"]] = []
        self._thread(
            pull["pullRequestId"], {"comments": [{"content": "policy updated", "commentType": "system"}]}
        )
        return pull

    def _thread(self, number: int, sent: dict[str, Any]) -> Answer:
        comments = [{**each, "id": index} for index, each in enumerate(sent["comments"], 1)]
        thread = {**sent, "id": len(self.threads[number]) + 1, "comments": comments, "isDeleted": False}
        self.threads[number].append(thread)
        return 200, thread


@contextmanager
def serving_azure_repos(origin: Path) -> Iterator[AzureReposStandIn]:
    """Serve the pull requests of a bare repository on a loopback port."""
    state = AzureReposStandIn(origin)
    with serving_json(state) as state.url:
        yield state
