"""A candidate's preview, against a real HTTP server: when it is broken off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from release_records import make_record
from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.suite import Endpoint, SuiteReport
from seatrial.analysis.thresholds import Thresholds
from seatrial.process import Stop
from seatrial.release.attempt import Attempt
from seatrial.release.records import Records
from seatrial.wait import until
from watched import Behaviour, Watch

# Seconds: longer than any test waits.
HANGS = 30


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A suite that waits for its answers for longer than anybody wants to; what became of it."""
    became: list[str] = []

    def hang(*_: object, stop: Stop, **__: object) -> SuiteReport:
        until("its end", lambda: stop.requested or None, HANGS)
        became.append("ended early")
        return SuiteReport((), "")

    monkeypatch.setattr("seatrial.analysis.suite.run_suite", hang)
    return became


def test_a_candidate_that_is_too_slow_beyond_doubt_is_not_asked_the_whole_suite(
    records: Records, watch: Watch, behaviour: Behaviour, suite: list[str]
) -> None:
    """Its suite is ended, and has not passed: no verdict at all must never be taken for a good one."""
    behaviour.delay = HANGS / 6
    load = LoadGenerator(
        watch.url, [watch.photo], Thresholds("trial-1", 0, 200), rate=100, limit=8, planned=25
    )
    target: Any = SimpleNamespace(workspace=None)
    attempt = Attempt(target, make_record(records, 1), candidate=None, manifests=None)  # type: ignore[arg-type]
    golden: Any = SimpleNamespace(photos=[watch.photo])
    report = attempt._judge(load, Endpoint(watch.url), golden)
    assert "its suite is not kept waiting" in report.broken
    assert "took longer than 200 ms" in report.broken
    assert until("the suite's end", lambda: suite or None, HANGS) == ["ended early"]
