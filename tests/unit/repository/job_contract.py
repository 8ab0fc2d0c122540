"""What a job of either CI does, in one form, so that those of both can be compared."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, fields

# What happened before the stage that a job waits for ended: GitHub's result and Azure Pipelines'.
RESULTS = {"success": "Succeeded", "failure": "Failed", "cancelled": "Canceled", "skipped": "Skipped"}
EVENTS = {
    "push": "IndividualCI",
    "schedule": "Schedule",
    "workflow_dispatch": "Manual",
    "pull_request": "PullRequest",
}
BRANCHES = ("main", "feature")
Situation = tuple[str, str, str]


# Given by the environment of a job in one of the two, or different in each run.
OWN_WAY = ("ENV", "STORE", "SEED")


def arguments_of(lines: Iterable[str]) -> frozenset[str]:
    """Return the variables that make commands are given."""
    words = {word for line in lines for word in shlex.split(line) if "=" in word}
    return frozenset(word for word in words if word.partition("=")[0] not in OWN_WAY)


@dataclass(frozen=True)
class JobContract:
    """A job: its targets in order, where it runs, what it may do, what it keeps, and when it starts.

    `arguments` are the variables that are given to make, except those that each CI passes in its own way.
    `environment` is the environment with its approvals, or empty. `released` is the environment that its
    commands are given. `signs_in` has what it signs in to. `variables` are those of its make commands, by
    the names of Azure Pipelines. `kept` has the paths of the artefacts that a successful job leaves,
    `kept_always` those that every job leaves, `read` the names of the artefacts that it reads. `history` is
    whether it has all commits. `always` are the targets that run whatever failed before. `runs` has each
    event, branch and result of the job before it with which it runs.
    """

    targets: tuple[tuple[str, ...], ...]
    arguments: frozenset[str]
    environment: str
    released: str
    signs_in: frozenset[str]
    variables: frozenset[str]
    kept: frozenset[str]
    kept_always: frozenset[str]
    read: frozenset[str]
    history: bool
    minutes: int
    always: tuple[tuple[str, ...], ...]
    runs: frozenset[Situation]

    def differences(self, other: JobContract) -> list[str]:
        """Return what differs from the other job, a line for each member."""
        return [
            f"{field.name}: {_shown(getattr(self, field.name))} != {_shown(getattr(other, field.name))}"
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        ]


def _shown(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value
