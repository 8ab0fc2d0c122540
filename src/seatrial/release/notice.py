"""What people are notified of: a release that was rolled back, refused at night or put on hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.errors import RefusedError, RollbackFailedError, RolledBackError, SeatrialError
from seatrial.secret_patterns import mask_credentials

MAX_LENGTH = 1000


@dataclass(frozen=True)
class Notice:
    """One message: what happened, where, to which release, why, and the command to type next.

    Every text is one line of printable characters, at most MAX_LENGTH long, without a credential.
    `environment` and `release` may be empty.
    """

    what: str
    environment: str
    release: str
    why: str
    next: str

    def __post_init__(self) -> None:
        for name, text in vars(self).copy().items():
            object.__setattr__(self, name, one_line(text))

    @property
    def title(self) -> str:
        """The first line: environment, what happened and the release."""
        where = f"{self.environment}: " if self.environment else ""
        return f"{where}{self.what}" + (f" ({self.release})" if self.release else "")

    def __str__(self) -> str:
        """Return the message in one line."""
        why = f" Why: {self.why.rstrip('.')}." if self.why else ""
        return f"{self.title}.{why} Next: {self.next}"


def of_error(env: str, error: SeatrialError, *, scheduled: bool) -> Notice | None:
    """Return the notice of a command that failed with exit code 20, 21, or 10 if it was scheduled.

    `env` may be empty, for a stage before the release. Any other failure has no notice.
    """
    if isinstance(error, RolledBackError):
        what, then = "the release was rolled back, users are on the stable release", f"make history ENV={env}"
    elif isinstance(error, RollbackFailedError):
        what, then = "undoing a release FAILED, act now", f"make rollback ENV={env}"
    elif isinstance(error, RefusedError) and scheduled:
        part = "the nightly release" if env else "a stage of the nightly run"
        what = f"{part} was refused, users are not affected"
        then = f"make history ENV={env}" if env else "read the log of the run"
    else:
        return None
    hint = f". Cure: {error.hint}" if error.hint else ""
    return Notice(what, env, _release(env, error.message), f"{error.message.rstrip('.')}{hint}", then)


def of_hold(env: str, taken_back: str, serving: str, why: str = "") -> Notice:
    """Return the notice of a rollback by a person, with the hold on what it took back."""
    what = f"a release was rolled back and is on hold, {serving or 'no release'} serves"
    return Notice(what, env, taken_back, why, f"repair the cause, then make resume ENV={env}")


def of_settled(env: str, settled: Sequence[str], serving: str) -> Notice | None:
    """Return the notice of what `settle` finished or undid; None if nothing was unfinished."""
    if not settled:
        return None
    what = f"a release was interrupted and is settled, {serving or 'no release'} serves"
    why = "; ".join(settled)
    return Notice(what, env, _release(env, why), why, f"make history ENV={env}")


def _release(env: str, message: str) -> str:
    found = re.search(rf"\b{re.escape(env)}-\d+\b", message) if env else None
    return found.group() if found else ""


def one_line(text: str) -> str:
    """Return a text as one line of printable characters, at most MAX_LENGTH long, without a credential."""
    line = "".join(each for each in " ".join(mask_credentials(text).split()) if each.isprintable())
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1]}…"
