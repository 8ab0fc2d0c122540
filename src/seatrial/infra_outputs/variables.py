"""The variables of a GitHub repository and of its environments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from seatrial.github_command import GitHubCommand, GitHubError
from seatrial.infra_outputs.changes import REPOSITORY, Change
from seatrial.infra_outputs.state import Variables

Present = dict[str, dict[str, str]]
"""Where (`repository`, or the name of an environment) to the variables there."""
CREATED: Final = frozenset(
    {
        "AKS_CLUSTER",
        "AKS_RESOURCE_GROUP",
        "AZURE_CLIENT_ID",
        "AZURE_PR_CLIENT_ID",
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_TENANT_ID",
        "HOST",
        "KUBECONTEXT",
        "REGISTRY",
        "STORE",
    }
)
"""The variables that infra/ creates. Others of the workflows are a person's choice, and are left alone."""


class _Variable(BaseModel):
    name: str
    value: str


def wanted(variables: Variables) -> Present:
    """Return what is to be set, the environments before the repository.

    A job of an environment whose own identity is missing would sign in as the repository's.
    """
    return {**variables.environments, REPOSITORY: variables.repository}


def read_variables(github: GitHubCommand, environments: Mapping[str, object]) -> Present:
    """Return the variables that GitHub has; none for an environment that does not exist."""
    return {REPOSITORY: _listed(github), **{name: _listed(github, name) for name in environments}}


def variable_changes(github: GitHubCommand, present: Present, variables: Variables) -> Iterator[Change]:
    """Yield a change for each variable that infra/ created, also if GitHub has it already."""
    for where, values in wanted(variables).items():
        for name, value in sorted(values.items()):
            before = present.get(where, {}).get(name, "")
            yield Change(name, where, before, value, partial(_set, github, where, name, value))


def left_over(present: Present, variables: Variables) -> Iterator[str]:
    """Yield a warning for each variable at GitHub that infra/ would create, but not there."""
    kept = wanted(variables)
    for where, values in sorted(present.items()):
        for name in sorted(set(values) & CREATED - set(kept.get(where, {}))):
            option = "" if where == REPOSITORY else f" --env {where}"
            yield (
                f"warning: infra/ does not create {name} ({where}), which the workflows read; "
                f"if it is not yours: gh variable delete {name}{option}"
            )


def _listed(github: GitHubCommand, environment: str = "") -> dict[str, str]:
    words = ("--env", environment) if environment else ()
    text = github.run("variable", "list", "--json", "name,value", *words)
    try:
        found = TypeAdapter(list[_Variable]).validate_json(text or "[]")
    except ValidationError as error:
        raise GitHubError("the answer of `gh variable list` is not valid", "update gh", "") from error
    return {each.name: each.value for each in found}


def _set(github: GitHubCommand, where: str, name: str, value: str) -> str:
    words = () if where == REPOSITORY else ("--env", where)
    # On stdin: an argument of a command is visible to all users of this machine.
    github.run("variable", "set", name, *words, stdin=value)
    return ""
