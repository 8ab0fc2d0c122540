"""GitHub's environments as they are: who reviews, which branches deploy, whether rules can be bypassed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from seatrial.errors import UsageError
from seatrial.github_command import GitHubCommand, GitHubError

MOST_REVIEWERS: Final = 6
ANY: Final = "any"
PAGE: Final = 100
"""Environments of one answer, as many as GitHub gives at most."""
T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Reviewer:
    """A user or a team, as OWNER/TEAM, with the number that GitHub gave it."""

    name: str
    id: int
    kind: str = "User"


@dataclass(frozen=True)
class Rules:
    """The rules of an environment; `branches` is empty if every branch may deploy to it."""

    reviewers: tuple[Reviewer, ...] = ()
    prevent_self_review: bool = False
    admins_bypass: bool = True
    branches: tuple[str, ...] = ()
    wait_minutes: int = 0
    # The policies of these branches, by their number, where they are a list of the environment's own.
    policies: tuple[tuple[int, str], ...] = ()


class _Who(BaseModel):
    id: int
    login: str = ""
    slug: str = ""
    html_url: str = ""


class _Reviewer(BaseModel):
    type: str
    reviewer: _Who


class _Rule(BaseModel):
    type: str
    prevent_self_review: bool = False
    wait_timer: int = 0
    reviewers: list[_Reviewer] = []


class _BranchPolicy(BaseModel):
    protected_branches: bool
    custom_branch_policies: bool


class _Environment(BaseModel):
    name: str
    can_admins_bypass: bool = True
    protection_rules: list[_Rule] = []
    deployment_branch_policy: _BranchPolicy | None = None


class _Environments(BaseModel):
    environments: list[_Environment] = []


class _Policy(BaseModel):
    id: int
    name: str
    type: str = "branch"


class _Policies(BaseModel):
    branch_policies: list[_Policy]


def read_environments(github: GitHubCommand) -> dict[str, Rules]:
    """Return the rules of every environment of the repository, by name."""
    found: list[_Environment] = []
    # One that is not read would count as new, and lose its reviewers.
    for page in count(1):
        rows = _parsed(_Environments, github.get(f"/environments?per_page={PAGE}&page={page}")).environments
        found += rows
        if len(rows) < PAGE:
            break
    return {each.name: _rules(github, each) for each in found}


def read_environment(github: GitHubCommand, name: str) -> Rules:
    """Return the rules of one environment."""
    return _rules(github, _parsed(_Environment, github.get(f"/environments/{name}")))


def find_reviewers(github: GitHubCommand, names: Iterable[str]) -> tuple[Reviewer, ...]:
    """Return users by their login, and teams by OWNER/TEAM.

    Raises UsageError if one does not exist, or there are more than GitHub accepts.
    """
    wanted = [name.strip().removeprefix("@") for name in names if name.strip()]
    if len(wanted) > MOST_REVIEWERS:
        raise UsageError(f"{len(wanted)} reviewers are more than GitHub's {MOST_REVIEWERS}", "name a team")
    return tuple(sorted({_find(github, name) for name in wanted}))


def _find(github: GitHubCommand, name: str) -> Reviewer:
    owner, separator, team = name.partition("/")
    path = f"orgs/{owner}/teams/{team}" if separator else f"users/{name}"
    try:
        found = _parsed(_Who, github.api(path))
    except GitHubError as error:
        if error.status != 404:
            raise
        fix = "REVIEWERS=login[,login] or OWNER/TEAM, as GitHub spells them"
        raise UsageError(f"GitHub has no reviewer {name}", fix) from error
    return Reviewer(found.login or name, found.id, "Team" if separator else "User")


def _rules(github: GitHubCommand, found: _Environment) -> Rules:
    reviews = [rule for rule in found.protection_rules if rule.type == "required_reviewers"]
    branches, policies = _branches(github, found)
    return Rules(
        tuple(sorted(_reviewer(each) for rule in reviews for each in rule.reviewers)),
        any(rule.prevent_self_review for rule in reviews),
        found.can_admins_bypass,
        branches,
        max((rule.wait_timer for rule in found.protection_rules), default=0),
        policies,
    )


def _reviewer(found: _Reviewer) -> Reviewer:
    # .../orgs/OWNER/teams/TEAM
    parts = found.reviewer.html_url.split("/")
    owner = parts[parts.index("orgs") + 1] if "orgs" in parts else ""
    name = found.reviewer.login or f"{owner}/{found.reviewer.slug}"
    return Reviewer(name, found.reviewer.id, found.type)


def _branches(
    github: GitHubCommand, found: _Environment
) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    policy = found.deployment_branch_policy
    if not policy:
        return (), ()
    if policy.protected_branches:
        return ("protected branches",), ()
    listed = github.get(f"/environments/{found.name}/deployment-branch-policies?per_page=100")
    rows = _parsed(_Policies, listed).branch_policies
    # A tag of the name `main` is another policy.
    named = [(row.id, row.name if row.type == "branch" else f"{row.type} {row.name}") for row in rows]
    return tuple(sorted(name for _, name in named)) or ("none",), tuple(named)


def _parsed(model: type[T], answer: object) -> T:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise GitHubError("the answer of `gh api` is not valid", "update gh", "") from error
