"""A release under a fault and a user load: how it ended, and how long its removal took."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.faults import Fault
from e2e.release.images import ImageFactory
from e2e.release.namespace_monitor import NamespaceMonitor
from e2e.user_load import UserLoad
from seatrial.release.record import Record
from seatrial.wait import until

COMMAND_SECONDS = 240
TERMINATION_SECONDS = 60
# The step that removes a release, and its duration. It starts when the removal is decided.
REMOVAL_STEP = re.compile(r"^ *(?:switch back from|remove) (\S+) (\d+\.\d) s$")


@dataclass(frozen=True)
class FaultResult:
    """How a release ended.

    `record` is the release's record, or None if it has none. `seconds_to_switch_back` and
    `seconds_until_gone` count from the decision to remove it until users reached the stable release again,
    and until its last pod had ended; None if it was not removed, or was never live.
    """

    code: int
    output: str
    seconds: float
    record: Record | None
    seconds_to_switch_back: float | None
    seconds_until_gone: float | None

    def failed_by_stable(self, load: UserLoad) -> int:
        """Return how many requests failed or got a wrong label, without those that the bad release served.

        A request without a response counts: the stable release may have received it.
        """
        bad = self.record.release if self.record else ""
        failed = [request for request in load.requests if not request.ok]
        return sum(not bad or request.release != bad or self.code == 0 for request in failed)

    def before_preview(self, load: UserLoad) -> int:
        """Return how many users the release responded to before its preview had passed."""
        if not self.record:
            return 0
        passed = [each.at.timestamp() for each in self.record.history if each.state == "previewed"]
        limit = passed[0] if passed else float("inf")
        return sum(r.release == self.record.release and r.t + r.ms / 1000 < limit for r in load.requests)


def run_fault(
    environment: ReleaseEnvironment, fault: Fault, images: ImageFactory, load: UserLoad
) -> FaultResult:
    """Release a fault's image under its injection, with a user load and a monitor of the namespace."""
    number, image = environment.last().number, fault.image(images, environment)
    with NamespaceMonitor(environment.target) as monitor:
        with _settings(environment, fault), load, fault.injection(environment):
            start = time.monotonic()
            code, lines = _release(environment, image)
            seconds = time.monotonic() - start
        last = environment.last()
        record = last if last.number > number else None
        if record and code:
            # The command does not wait for terminating pods.
            what = f"the end of the pods of {record.release}"
            until(what, lambda: monitor.has_no_pods(record.release) or None, TERMINATION_SECONDS)
    decided = _removal_decided(lines)
    output = "\n".join(line for _, line in lines)
    back = gone = None
    if record and decided and code:
        gone = monitor.seconds_until_no_pods(record.release, decided)
        back = monitor.seconds_until_not_live(record.release, decided) if code == 20 else None
    return FaultResult(code, output, round(seconds, 1), record, back, gone)


@contextmanager
def _settings(environment: ReleaseEnvironment, fault: Fault) -> Iterator[None]:
    prefix = f"SEATRIAL_ENVIRONMENTS__{environment.target.name.upper()}__"
    with pytest.MonkeyPatch.context() as patch:
        for key, value in fault.settings.items():
            patch.setenv(prefix + key, value)
        yield


def _release(environment: ReleaseEnvironment, image: str) -> tuple[int, list[tuple[float, str]]]:
    """Deploy and, if that succeeds, accept; return the last exit code, and every line with its time."""
    code, lines = _read_lines(environment.start_deploy(image))
    if code:
        return code, lines
    code, more = _read_lines(environment.start("accept"))
    return code, lines + more


def _read_lines(process: subprocess.Popen[str]) -> tuple[int, list[tuple[float, str]]]:
    timer = threading.Timer(COMMAND_SECONDS, process.kill)
    timer.start()
    try:
        with process:
            assert process.stdout is not None
            lines = [(time.time(), line.rstrip("\n")) for line in process.stdout]
    finally:
        timer.cancel()
    return process.returncode, lines


def _removal_decided(lines: list[tuple[float, str]]) -> float:
    """Return when (unix seconds) the removal of the release was decided, or 0."""
    found = [(t, match) for t, line in lines if (match := REMOVAL_STEP.match(line))]
    return found[-1][0] - float(found[-1][1][2]) if found else 0.0
