"""The reviews of a CI run: as GitHub confirms them, and as a file states them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from seatrial.errors import RefusedError, UsageError
from seatrial.http_client import HttpClient
from seatrial.release.approval import NOBODY, Approval
from seatrial.release.confirmation import CiService

RIGHTS = "give the job `actions: read`, and pass GITHUB_TOKEN: ${{ github.token }}"
# https, so that nobody between changes the answer; a server of this machine for tests.
_API = re.compile(r"https://[\w.-]+(:\d+)?(/[\w./-]*)?|http://127\.0\.0\.1:\d+")


class _EnvironmentName(BaseModel):
    name: str


class _User(BaseModel):
    login: str


class _Review(BaseModel):
    state: str
    environments: list[_EnvironmentName]
    user: _User


class _Run(BaseModel):
    id: int
    run_attempt: int
    status: str


_REVIEWS = TypeAdapter(list[_Review])


@dataclass(frozen=True)
class GitHubRun:
    """The run of GitHub Actions that this process belongs to, and a token that may read its reviews."""

    api: str
    repository: str
    number: int
    attempt: int
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        """The run in GitHub's REST API."""
        return f"{self.api}/repos/{self.repository}/actions/runs/{self.number}"

    @property
    def service(self) -> CiService:
        """GitHub, for this run."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        return CiService("GitHub", self.number, headers, RIGHTS)


def github_run(environ: Mapping[str, str]) -> GitHubRun | None:
    """Return the run that GitHub's own variables name; None outside of GitHub Actions or without a token.

    Raises UsageError if one of the variables is not as GitHub sets it.
    """
    if environ.get("GITHUB_ACTIONS") != "true" or not environ.get("GITHUB_TOKEN"):
        return None
    names = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT")
    patterns = (_API, re.compile(r"[\w.-]+/[\w.-]+"), re.compile(r"[0-9]{1,18}"), re.compile(r"[0-9]{1,6}"))
    values = [environ.get(name, "") for name in names]
    for name, pattern, value in zip(names, patterns, values, strict=True):
        if not pattern.fullmatch(value):
            raise UsageError(f"{name} is not as GitHub Actions sets it", "run the workflow promote")
    api, repository, number, attempt = values
    return GitHubRun(api.rstrip("/"), repository, int(number), int(attempt), environ["GITHUB_TOKEN"])


def verified_reviews(run: GitHubRun, env: str, http: HttpClient) -> Approval:
    """Return the reviewers of `env` who approved this run, as GitHub confirms; NOBODY if nobody did.

    The reviews of a run that has ended are those of another release. Raises RefusedError for such a run,
    OutsideError if GitHub does not confirm or does not respond within 10 s.
    """
    shown = run.service.get(run.url, TypeAdapter(_Run), http)
    if (shown.id, shown.run_attempt) != (run.number, run.attempt) or shown.status == "completed":
        what = f"run {run.number}, attempt {run.attempt}, is not in progress on GitHub"
        raise RefusedError(what, "run the workflow promote again: a review counts in its own run only")
    names = _approvers(run.service.get(f"{run.url}/approvals", _REVIEWS, http), env)
    return Approval(", ".join(names), f"{run.number} attempt {run.attempt}") if names else NOBODY


def stated_reviews(document: Path, env: str) -> Approval:
    """Return who approved a release to an environment according to a file, which anybody can write.

    The document is GitHub's list of a run's reviews (REST: /actions/runs/{run_id}/approvals). Raises
    UsageError if it is missing or malformed.
    """
    try:
        reviews = _REVIEWS.validate_json(document.read_bytes())
    except (OSError, ValidationError) as error:
        what = f"{document} is not a list of a workflow run's reviews"
        raise UsageError(what, "gh api repos/OWNER/NAME/actions/runs/ID/approvals > FILE") from error
    return Approval(", ".join(_approvers(reviews, env)))


def _approvers(reviews: list[_Review], env: str) -> list[str]:
    approved = [each for each in reviews if each.state == "approved"]
    return sorted(
        {each.user.login for each in approved if any(listed.name == env for listed in each.environments)}
    )
