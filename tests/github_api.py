"""A local HTTP server with the two resources of GitHub's REST API that a review is verified with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from json_server import serving_json
from seatrial.release.reviews import GitHubRun

REPOSITORY = "/repos/owner/name"
TOKEN = "the-token-of-the-job"


def review(login: str, state: str, *environments: str) -> dict[str, object]:
    """Return a review in the format of GitHub's REST API."""
    return {
        "state": state,
        "comment": "Ship it!",
        "environments": [{"id": n, "name": name} for n, name in enumerate(environments)],
        "user": {"login": login, "id": 1},
    }


@dataclass
class GitHubStandIn:
    """GitHub's answers for a run in its first attempt; `status` is that of every answer."""

    url: str = ""
    number: int = 1658
    run: dict[str, Any] = field(default_factory=dict)
    reviews: object = field(default_factory=list)
    status: int = 200
    paths: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)

    @property
    def job(self) -> GitHubRun:
        """The run that a job of it belongs to."""
        return GitHubRun(self.url, "owner/name", self.number, 1, TOKEN)

    @property
    def environ(self) -> dict[str, str]:
        """The variables that GitHub Actions sets in a job of the run, and the token."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_RUN_ID": str(self.number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_TOKEN": TOKEN,
        }

    def answer(self, target: str) -> tuple[int, object]:
        """Return status and body for the target of a request, and record it."""
        path = target.removeprefix(REPOSITORY)
        self.paths.append(path)
        run = {"id": self.number, "run_attempt": 1, "status": "in_progress", "name": "promote", **self.run}
        resource = f"/actions/runs/{self.number}"
        known = {resource: run, f"{resource}/approvals": self.reviews}
        return (self.status, known[path]) if path in known else (404, {"message": "Not Found"})


@contextmanager
def serving_github() -> Iterator[GitHubStandIn]:
    """Serve the answers on a loopback port."""
    state = GitHubStandIn()
    with serving_json(state) as state.url:
        yield state
