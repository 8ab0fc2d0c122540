"""Runs of a workflow, states of workflows and the heartbeat's issue, by the GitHub CLI `gh`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from seatrial.errors import OutsideError
from seatrial.github_command import run_gh

LABEL: Final = "heartbeat"
TITLE: Final = "The nightly release does not run any more"
HINT: Final = "install gh; gh auth login, or GH_TOKEN with actions: write and issues: write"
NEWEST: Final = 20
"""Runs that are looked at, the newest first."""
_API: Final = "repos/{owner}/{repo}/actions/workflows"
T = TypeVar("T")


class WorkflowRun(BaseModel):
    """A run of a workflow; `conclusion` is empty until it has ended."""

    created: datetime = Field(alias="createdAt")
    status: str
    conclusion: str = ""
    url: str


class Workflow(BaseModel):
    """A workflow of the repository: its file, and whether its schedule is in force."""

    path: str
    state: str
    created: datetime = Field(alias="created_at")

    @property
    def file(self) -> str:
        """The name of its file."""
        return PurePosixPath(self.path).name


class _Workflows(BaseModel):
    workflows: list[Workflow]


class _Issue(BaseModel):
    number: int


@dataclass(frozen=True)
class GitHub:
    """The repository that the checkout at `root` is a clone of, or that GH_REPO names.

    Every method raises OutsideError if gh is missing or fails, or its answer is not valid.
    """

    root: Path

    def runs(self, workflow: str, branch: str) -> list[WorkflowRun]:
        """Return the newest runs of a workflow on a branch, the newest first."""
        words = ("--workflow", workflow, "--branch", branch, "--limit", str(NEWEST))
        found = self._gh("run", "list", *words, "--json", "createdAt,status,conclusion,url")
        return _parsed(TypeAdapter(list[WorkflowRun]), found, "gh run list")

    def workflows(self) -> list[Workflow]:
        """Return the workflows of the repository."""
        return _parsed(TypeAdapter(_Workflows), self._gh("api", f"{_API}?per_page=100"), "gh api").workflows

    def enable(self, file: str) -> None:
        """Enable a workflow, also one that is enabled."""
        self._gh("api", "--method", "PUT", f"{_API}/{file}/enable", "--silent")

    def open_issues(self) -> list[int]:
        """Return the numbers of the open issues with the heartbeat's label."""
        words = ("--label", LABEL, "--state", "open", "--json", "number")
        issues = _parsed(TypeAdapter(list[_Issue]), self._gh("issue", "list", *words), "gh issue list")
        return sorted(issue.number for issue in issues)

    def open_issue(self, body: str) -> None:
        """Open the heartbeat's issue."""
        self._gh("label", "create", LABEL, "--force", "--description", TITLE)
        self._gh("issue", "create", "--title", TITLE, "--label", LABEL, "--body", body)

    def close_issue(self, number: int, comment: str) -> None:
        """Close an issue with a comment."""
        self._gh("issue", "close", str(number), "--comment", comment)

    def _gh(self, *words: str) -> str:
        return run_gh(self.root, words, whose="heartbeat", hint=HINT)


def _parsed(adapter: TypeAdapter[T], text: str, command: str) -> T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        raise OutsideError(f"the answer of `{command}` is not valid", "update gh") from error
