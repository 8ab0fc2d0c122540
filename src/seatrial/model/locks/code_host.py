"""The service that hosts the repository of a checkout: GitHub, or Azure Repos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from seatrial.azure_devops import AzureDevOps, authorization, azure_address
from seatrial.http_client import HttpClient
from seatrial.model.locks import github_pulls
from seatrial.model.locks.azure_pulls import RIGHTS, AzurePullRequests
from seatrial.model.locks.commit import REMOTE, GitAccess, Remote
from seatrial.model.locks.pull_requests import PullRequests
from seatrial.workspace import Workspace

AZURE_AUTHOR: Final = ("Azure Pipelines", "azure-pipelines@noreply.invalid")


@dataclass(frozen=True)
class CodeHost:
    """Branches and pull requests of the repository at `origin`, and how a job may commit to main."""

    remote: Remote
    pulls: PullRequests
    bypass: str


def code_host(workspace: Workspace, environ: Mapping[str, str], http: HttpClient) -> CodeHost:
    """Return the service that the remote `origin` names; GitHub, unless it is a repository of Azure Repos.

    Raises UsageError and OutsideError as `authorization`.
    """
    # As it is configured: `git remote get-url` applies the user's url.*.insteadOf.
    address = azure_address(workspace.git("config", "--get", f"remote.{REMOTE}.url", check=False))
    if address is None:
        remote = Remote(workspace, github_pulls.ACCESS)
        pulls = github_pulls.GitHubPullRequests(workspace)
        return CodeHost(remote, pulls, "let the app of the workflow bypass the branch rule")
    signed_in = authorization(address, environ)
    remote = Remote(workspace, _access(address, signed_in, environ))
    bypass = "let the build service bypass policies when pushing to main"
    project, _, name = address.rpartition("/_git/")
    repository = AzureDevOps(f"{project}/_apis/git/repositories/{name}", signed_in, RIGHTS, http)
    return CodeHost(remote, AzurePullRequests(address, repository, remote), bypass)


def _access(address: str, signed_in: str, environ: Mapping[str, str]) -> GitAccess:
    """Return how git signs in: with the token of a run, or with a person's own credential helpers."""
    if not environ.get("SYSTEM_ACCESSTOKEN"):
        return GitAccess(AZURE_AUTHOR, "git access of your own to the remote origin")
    # Variables, because other users of a machine can read the arguments of a process.
    parts = urlsplit(address)
    key = f"http.{parts.scheme}://{parts.netloc}/.extraheader"
    header = {"GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": f"Authorization: {signed_in}"}
    return GitAccess(AZURE_AUTHOR, RIGHTS, environment={"GIT_CONFIG_COUNT": "1", **header})
