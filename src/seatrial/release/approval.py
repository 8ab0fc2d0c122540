"""Who approved a release: a person whose name was stated, or the reviewers that the CI confirmed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Environment

MAX_LENGTH = 100
STATED = "(stated, not verified)"
HINTS = {
    "person": "--approved-by or APPROVED_BY='their name' names the person who approves it",
    "reviewers": "run promote.yml or azure-pipelines.yml: the CI requests the reviews and confirms them",
}
# A stated name has no parentheses, which contain what seatrial adds, and none of the words for a review.
_NAME = re.compile(r"[\w .,'’@+-]+")
_REVIEW = re.compile(r"review|verif|approv|confirm|stated", re.IGNORECASE)


@dataclass(frozen=True)
class Approval:
    """Who approved, and the CI run whose reviews `service` confirmed; without a run a name is only stated."""

    who: str = ""
    run: str = ""
    service: str = "GitHub"

    def __str__(self) -> str:
        """Return it as records have it; the end of the text is the difference between stated and verified."""
        if not self.who:
            return ""
        return (
            f"{self.who} (review verified with {self.service}, run {self.run})"
            if self.run
            else f"{self.who} {STATED}"
        )


NOBODY = Approval()


def approval(name: str, environment: Environment, given: Approval) -> Approval:
    """Return the approval of a release to an environment, with the name's white space normalised.

    Raises RefusedError if the environment requires an approval and there is none, or requires the CI's
    reviewers and a name was only stated; UsageError if the name is not valid.
    """
    who = " ".join(given.who.split())
    if not given.run:
        _require_name(who)
    required = environment.approval
    if required and not who:
        raise RefusedError(f"{name} requires an approval, and there is none", HINTS[required])
    if required == "reviewers" and not given.run:
        what = f"{name} requires the CI's reviewers, a name is not enough: {who} {STATED}"
        raise RefusedError(what, HINTS[required])
    return Approval(who, given.run, given.service)


def _require_name(who: str) -> None:
    """Raise UsageError for a stated name that is too long, not printable or similar to a review."""
    if len(who) > MAX_LENGTH or not who.isprintable():
        what, hint = f"{who[:20]!a}… is not a valid name", f"use at most {MAX_LENGTH} printable characters"
        raise UsageError(what, hint)
    plain = unicodedata.normalize("NFKC", who)
    if who and not _NAME.fullmatch(plain):
        raise UsageError(f"{who!a} is not a valid name", "use letters, digits, spaces and .,'@+-")
    if found := _REVIEW.search(plain):
        what = f"a name may not contain {found.group()!r}"
        raise UsageError(what, "give the name alone: a review is read from GitHub in the workflow promote")
