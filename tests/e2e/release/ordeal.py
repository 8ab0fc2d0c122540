"""A release under the eyes of users and of a witness: how it ended, and how long its undoing took."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.faults import Fault
from e2e.release.images import Images
from e2e.release.witness import Witness
from seatrial.release.record import Record

COMMAND_SECONDS = 240
# The step that undoes, and how long it took: it began when it was decided.
UNDOING = re.compile(r"^ *(?:switch back from|remove) (\S+) (\d+\.\d) s$")


@dataclass(frozen=True)
class Outcome:
    """How a release ended, and what users had of it.

    `record` is its own, None where nothing was recorded. `back` and `gone` are seconds from the decision to
    undo it until users were sent to the stable one again, and until its last pod had ended; None where it
    was not undone, or never was live.
    """

    code: int
    output: str
    seconds: float
    record: Record | None
    back: float | None
    gone: float | None

    def from_stable(self, users: Users) -> int:
        """Return how many requests failed or were answered wrongly, those of the bad release left aside.

        A request that nobody answered counts: it may have been the stable one's.
        """
        bad = self.record.release if self.record else ""
        broken = [answer for answer in users.answers if not answer.ok]
        return sum(not bad or answer.release != bad or self.code == 0 for answer in broken)

    def too_early(self, users: Users) -> int:
        """Return how many answers the release gave to users before its preview had passed."""
        if not self.record:
            return 0
        passed = [each.at.timestamp() for each in self.record.history if each.state == "previewed"]
        limit = passed[0] if passed else float("inf")
        return sum(a.release == self.record.release and a.t + a.ms / 1000 < limit for a in users.answers)


def undergo(trial: Trial, fault: Fault, images: Images, users: Users) -> Outcome:
    """Release a fault's image, with what is in its way, while users ask and a witness looks."""
    number, image = trial.last().number, fault.image(images, trial)
    with ExitStack() as stack:
        stack.enter_context(_settings(trial, fault))
        witness = stack.enter_context(Witness(trial.target))
        stack.enter_context(users)
        stack.enter_context(fault.trouble(trial))
        start = time.monotonic()
        code, rows = _release(trial, image)
        seconds = time.monotonic() - start
    last = trial.last()
    record = last if last.number > number else None
    decided = _decided(rows)
    undone = record and decided and code
    return Outcome(
        code,
        "\n".join(row for _, row in rows),
        round(seconds, 1),
        record,
        witness.left(record.release, decided) if undone and code == 20 else None,
        witness.gone(record.release, decided) if undone else None,
    )


@contextmanager
def _settings(trial: Trial, fault: Fault) -> Iterator[None]:
    prefix = f"SEATRIAL_ENVIRONMENTS__{trial.target.name.upper()}__"
    with pytest.MonkeyPatch.context() as patch:
        for key, value in fault.settings.items():
            patch.setenv(prefix + key, value)
        yield


def _release(trial: Trial, image: str) -> tuple[int, list[tuple[float, str]]]:
    """Deploy and, if that is well, accept; return the last exit code, and every line with its time."""
    code, rows = _follow(trial.start("deploy", "--image", image))
    if code:
        return code, rows
    code, more = _follow(trial.start("accept"))
    return code, rows + more


def _follow(process: subprocess.Popen[str]) -> tuple[int, list[tuple[float, str]]]:
    assert process.stdout is not None
    bound = threading.Timer(COMMAND_SECONDS, process.kill)
    bound.start()
    try:
        rows = [(time.time(), row.rstrip("\n")) for row in process.stdout]
        return process.wait(), rows
    finally:
        bound.cancel()


def _decided(rows: list[tuple[float, str]]) -> float:
    """Return when it was decided to undo the release, 0 if it never was."""
    found = [(t, match) for t, row in rows if (match := UNDOING.match(row))]
    return found[-1][0] - float(found[-1][1][2]) if found else 0.0
