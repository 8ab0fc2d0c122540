"""Who approved a release: a person by name, or the reviewers of the CI's environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Environment

MAX_LENGTH = 100
REVIEWED = "(reviewed in run "
HINTS = {
    "person": "--approved-by or APPROVED_BY='their name' names the person who approves it",
    "reviewers": "run the workflow: GitHub requests the reviews, and the workflow passes them as APPROVALS=",
}


@dataclass(frozen=True)
class Approval:
    """Who approved: a name given by the user, or the CI's reviewers and the run that they reviewed."""

    who: str = ""
    run: str = ""

    def __str__(self) -> str:
        """Return it as records have it."""
        return f"{self.who} {REVIEWED}{self.run})" if self.run else self.who


NOBODY = Approval()


class _EnvironmentName(BaseModel):
    name: str


class _User(BaseModel):
    login: str


class _Review(BaseModel):
    state: str
    environments: list[_EnvironmentName]
    user: _User


def approval(name: str, environment: Environment, given: Approval) -> Approval:
    """Return the approval of a release to an environment, with the name's white space normalised.

    Raises RefusedError if the environment requires an approval and there is none, or requires the CI's
    reviewers and only a name was given; UsageError if the name is not valid.
    """
    who = " ".join(given.who.split())
    if len(who) > MAX_LENGTH or not who.isprintable():
        raise UsageError(
            f"{who[:20]!a}… is not a valid name", f"use at most {MAX_LENGTH} printable characters"
        )
    if REVIEWED in who:
        raise UsageError(
            f"a name may not contain {REVIEWED.strip()!r}", "give the name alone: the CI records reviews"
        )
    required = environment.approval
    if required and not who:
        raise RefusedError(f"{name} requires an approval, and there is none", HINTS[required])
    if required == "reviewers" and not given.run:
        raise RefusedError(f"{name} requires the CI's reviewers, a name is not enough", HINTS[required])
    return Approval(who, given.run)


def reviewers(document: Path, env: str, run: str) -> Approval:
    """Return who approved a workflow run's release to an environment; no name if nobody did.

    The document is GitHub's list of a run's reviews (REST: /actions/runs/{run_id}/approvals), `run` the id
    of the current CI run. Raises RefusedError outside a CI run, since a file alone proves nothing;
    UsageError if the document is missing or malformed.
    """
    if not run.isalnum():
        raise RefusedError("reviews are accepted only inside a CI run", HINTS["reviewers"])
    try:
        reviews = TypeAdapter(list[_Review]).validate_json(document.read_bytes())
    except (OSError, ValidationError) as error:
        what = f"{document} is not a list of a workflow run's reviews"
        raise UsageError(what, "gh api repos/OWNER/NAME/actions/runs/ID/approvals > FILE") from error
    names = {
        each.user.login
        for each in reviews
        if each.state == "approved" and any(listed.name == env for listed in each.environments)
    }
    return Approval(", ".join(sorted(names)), run) if names else NOBODY
