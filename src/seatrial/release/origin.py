"""Where a release comes from: who approved it, and which release of another environment it was."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.errors import RefusedError, UsageError
from seatrial.release.image import ImageFacts
from seatrial.settings import Environment

LONGEST = 100
HINTS = {
    "person": "APPROVED_BY='their name' says who looked at it and wants it there",
    "reviewers": "let the workflow do it: its environment asks the reviewers and hands on who said yes",
}


@dataclass(frozen=True)
class Origin:
    """What is recorded of a release beside its image.

    `promoted_from` names the release it was elsewhere, `facts` its image as it was found there; both
    stay empty for what this working state built itself.
    """

    approved_by: str = ""
    promoted_from: str = ""
    facts: ImageFacts | None = None


BUILT_HERE = Origin()


def approval(name: str, environment: Environment, approved_by: str) -> str:
    """Return who approved a release to the environment, as it is recorded.

    Raises RefusedError where the environment asks for an approval and nobody is named, UsageError
    for what can be nobody's name.
    """
    who = " ".join(approved_by.split())
    if len(who) > LONGEST or not who.isprintable():
        raise UsageError(f"that is no name: {who[:20]!a}…", f"at most {LONGEST} letters, as they sign")
    if environment.approval and not who:
        raise RefusedError(f"{name} asks for an approval, and nobody gave one", HINTS[environment.approval])
    return who
