"""Everything that infra-outputs does at GitHub: read first, then show, then set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import UsageError
from seatrial.github_command import GitHubCommand
from seatrial.infra_outputs.changes import Change
from seatrial.infra_outputs.environment_rules import Wanted, left_to_do, rule_changes
from seatrial.infra_outputs.environments import find_reviewers, read_environments
from seatrial.infra_outputs.repository import (
    Repository,
    read_form,
    read_repository,
    require_administrator,
    subject_lines,
)
from seatrial.infra_outputs.state import Outputs
from seatrial.infra_outputs.variables import left_over, read_variables, variable_changes
from seatrial.settings import Settings


@dataclass(frozen=True)
class GitHubPlan:
    """The changes of a repository, in the order in which they are made, and lines for a person."""

    repository: Repository
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def plan(root: Path, name: str, outputs: Outputs, settings: Settings, reviewers: Sequence[str]) -> GitHubPlan:
    """Return what is to be set at GitHub; nothing is changed.

    Raises RefusedError if the account is no administrator of the repository, UsageError if a reviewer or an
    environment does not exist, GitHubError if GitHub or `gh` fails.
    """
    github = GitHubCommand(root, name)
    repository = read_repository(github)
    require_administrator(repository)
    form = read_form(github)
    wanted = Wanted(
        tuple(sorted(outputs.variables.environments)),
        approved(outputs, settings),
        find_reviewers(github, reviewers),
    )
    rules = read_environments(github)
    present = read_variables(github, rules)
    changes = (
        *rule_changes(github, rules, wanted),
        *variable_changes(github, present, outputs.variables),
    )
    notes = (
        *subject_lines(repository, form, outputs.subjects),
        *left_over(present, outputs.variables),
        *left_to_do(rules, wanted),
    )
    return GitHubPlan(repository, changes, notes)


def approved(outputs: Outputs, settings: Settings) -> frozenset[str]:
    """Return the GitHub environments whose releases need an approval, by the settings of the environments.

    Raises UsageError if `infra/` was made for environments that the settings do not have.
    """
    return frozenset(_approved(outputs, settings))


def _approved(outputs: Outputs, settings: Settings) -> Iterator[str]:
    for name in outputs.deployers:
        if name not in settings.environments:
            fix = f"add [environments.{name}] to seatrial.toml, or remove it from infra/identities.yaml"
            raise UsageError(f"infra/ has the environment {name}, seatrial.toml has not", fix)
        if settings.environments[name].approval:
            yield name
