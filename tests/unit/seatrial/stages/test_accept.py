"""accept, as far as it goes without a cluster: how a bake is waited for."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.suite import SuiteReport
from seatrial.analysis.thresholds import Thresholds
from seatrial.stages import accept


def test_a_long_bake_tells_how_it_goes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever waits sees now and then for how long, how many requests there were, and what came of them."""
    monkeypatch.setattr(accept, "TOLD_SECONDS", 0.2)
    target = SimpleNamespace(
        environment=SimpleNamespace(bake_seconds=0.5), lease=SimpleNamespace(check=lambda: None)
    )
    load = LoadGenerator("http://127.0.0.1:1", [], Thresholds("trial-1", 0, 1000), 1, seconds=[0.02, 0.04])
    suite: Future[SuiteReport] = Future()
    suite.set_result(SuiteReport((), ""))
    accept._until_baked(target, load, suite)  # type: ignore[arg-type]
    assert "s: 2 requests, 0 failed, 0 wrong, p95 39 ms" in capsys.readouterr().err
