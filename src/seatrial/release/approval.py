"""Who approved a release: a person who typed in their name, or the reviewers of the CI's environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Environment

LONGEST = 100
REVIEWED = "(reviewed in run "
HINTS = {
    "person": "APPROVED_BY='their name' says who looked at it and wants it there",
    "reviewers": "let the workflow do it: its environment asks them, and APPROVALS= hands on what they said",
}


@dataclass(frozen=True)
class Approval:
    """Who approved: a name that was typed in, or those whom the CI names, and in which of its runs."""

    who: str = ""
    run: str = ""

    def __str__(self) -> str:
        """Return it as it is recorded."""
        return f"{self.who} {REVIEWED}{self.run})" if self.run else self.who


NOBODY = Approval()


class _Named(BaseModel):
    name: str


class _User(BaseModel):
    login: str


class _Review(BaseModel):
    state: str
    environments: list[_Named]
    user: _User


def approval(name: str, environment: Environment, given: Approval) -> Approval:
    """Return who approved a release to the environment, the name as it is recorded.

    Raises RefusedError where the environment asks for an approval and nobody is named, or for the CI's
    reviewers and somebody only typed a name; UsageError for what can be nobody's name.
    """
    who = " ".join(given.who.split())
    if len(who) > LONGEST or not who.isprintable():
        raise UsageError(f"that is no name: {who[:20]!a}…", f"at most {LONGEST} letters, as they sign")
    if REVIEWED in who:
        raise UsageError(
            "a name typed in says that it was reviewed", "the name alone: a review is the CI's word"
        )
    asked = environment.approval
    if asked and not who:
        raise RefusedError(f"{name} asks for an approval, and nobody gave one", HINTS[asked])
    if asked == "reviewers" and not given.run:
        raise RefusedError(f"{name} asks for the CI's reviewers, a name typed in is not enough", HINTS[asked])
    return Approval(who, given.run)


def reviewers(document: Path, env: str, run: str) -> Approval:
    """Return who approved a workflow run's release to an environment; nobody's name where nobody did.

    The document is GitHub's list of a run's reviews (REST: /actions/runs/{run_id}/approvals), `run` the
    CI run that is under way. Raises RefusedError where none is: a file by itself is nobody's word.
    UsageError where there is no such list, or it is something else.
    """
    if not run.isalnum():
        raise RefusedError("a list of reviews is taken from a CI run, and this is none", HINTS["reviewers"])
    try:
        reviews = TypeAdapter(list[_Review]).validate_json(document.read_bytes())
    except (OSError, ValidationError) as error:
        what = f"{document} is no list of a workflow run's reviews"
        raise UsageError(what, "gh api repos/OWNER/NAME/actions/runs/ID/approvals > FILE") from error
    names = {
        each.user.login
        for each in reviews
        if each.state == "approved" and any(named.name == env for named in each.environments)
    }
    return Approval(", ".join(sorted(names)), run) if names else NOBODY
