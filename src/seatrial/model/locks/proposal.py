"""What is proposed: the change of model.lock, its direction, and the text of its pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from seatrial.check_result import Check, tally
from seatrial.model.locks.lock import Lock
from seatrial.model.locks.pull_requests import PREFIX
from seatrial.model.published.version_order import is_newer
from seatrial.model.validation.check_table import as_text
from seatrial.results import Artefact

MAX_REPORT: Final = 62_000
"""GitHub accepts 65,536 characters of text."""
_NEXT: Final = (
    "`model.lock` is the only file that changes. After the merge the next nightly release ships it. To "
    "refuse it, move the channel to another version; the next run then closes this pull request."
)
_OLDER: Final = (
    "**This is an older model**: the channel was moved back. Merge it only if that was intended. It is never "
    "committed without a person, also with `model.follow`."
)


@dataclass(frozen=True)
class Proposal:
    """A change of the model in `model.lock`, with the checks that the new model passed.

    `text` is the new text of the file; `report` is the report of the validation in Markdown, or empty;
    `back` is whether main shipped this model before, or a later version of it.
    """

    before: Artefact
    after: Artefact
    text: str
    checks: tuple[Check, ...]
    report: str
    validated_at: str
    back: bool

    @property
    def branch(self) -> str:
        """The branch of the change. Git refuses two dots and the suffix `.lock` in a name."""
        name = re.sub(r"\.(?=\.)|\.(?=lock$)", "-", f"{self.after.name}-{self.after.version}")
        return f"{PREFIX}{name}"

    @property
    def title(self) -> str:
        """The subject of the commit and the title of the pull request."""
        verb = "Go back to" if self.back else "Ship"
        return f"{verb} model {self.after.name} {self.after.version}"

    @property
    def message(self) -> str:
        """The message of the commit."""
        return f"{self.title}\n\n{self._change}\nIt passed the checks of commit {self.validated_at}.\n"

    @property
    def body(self) -> str:
        """The text of the pull request, in Markdown: the report, or without one a table of the checks.

        The table is in indented lines, which are code: names and links in it have no effect.
        """
        table = "\n".join(f"    {row}" for row in as_text(self.checks).splitlines())
        parts = (
            f"{self._change}\n\n{_OLDER}" if self.back else self._change,
            f"{tally(self.checks)}, at commit {self.validated_at}:",
            (self.report or table)[:MAX_REPORT],
            _NEXT,
        )
        return "\n\n".join(parts)

    @property
    def _change(self) -> str:
        before, after = (f"{each.name} {each.version} ({each.digest})" for each in (self.before, self.after))
        return f"The model is {after}\ninstead of {before}."


def is_older(after: Artefact, before: Artefact, shipped: Iterable[Lock]) -> bool:
    """Return whether a model is older than the present one.

    It is if its version number is lower, or if `shipped`, the earlier locks of main, has its digest.
    """
    if after.name == before.name and is_newer(before.version, after.version):
        return True
    return any(lock.model.digest == after.digest for lock in shipped)


def differs_in_model_only(one: Lock, other: Lock) -> bool:
    """Return whether two locks have the same golden set, and whatever else they may have beside the model.

    A person's decision on changed labels belongs to the model.
    """
    parts = [lock.model_dump(exclude={"model", "labels"}) for lock in (one, other)]
    return parts[0] == parts[1]
