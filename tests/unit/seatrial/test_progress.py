"""Progress of a transfer, and of work in another process, on a plain log."""

from __future__ import annotations

import pytest

from fast_runtime import FastRuntime
from seatrial import progress
from seatrial.wait import until


def test_a_long_transfer_prints_a_line_every_30_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """A plain log has a line with the bytes so far each half minute, then the summary."""
    runtime = FastRuntime(timeouts=2)
    with progress.transfer("model.onnx", 4_000_000, runtime) as advance:
        until("two lines", lambda: runtime.timeouts == 0 or None, 5, every=0.001)
        advance(4_000_000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "  model.onnx: 0 bytes of 4.0 MB after 30 s"
    assert lines[1].endswith("of 4.0 MB after 60 s")
    assert lines[-1].startswith("  model.onnx: 4.0 MB in 60.0 s")


def test_a_short_transfer_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A transfer of less than half a minute prints the summary alone."""
    with progress.transfer("labels.txt", 10, FastRuntime()) as advance:
        advance(10)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("  labels.txt: 10 bytes in 0.0 s")


def test_a_failed_transfer_prints_no_summary(capsys: pytest.CaptureFixture[str]) -> None:
    """An error in a transfer is raised, and no line claims that it is complete."""
    with pytest.raises(OSError, match="reset"), progress.transfer("x", 10, FastRuntime()):
        raise OSError("reset")
    assert capsys.readouterr().err == ""


def test_counted_work_prints_a_line_every_30_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """A plain log has a line with the count each half minute, once it is known, and none at the end."""
    runtime, counts = FastRuntime(timeouts=3), iter([None, (40, 200), (90, 200)])
    with progress.counted("evaluation photos", lambda: next(counts), runtime):
        until("three waits", lambda: runtime.timeouts == 0 or None, 5, every=0.001)
    assert capsys.readouterr().err.splitlines() == [
        "  evaluation photos: 40 of 200 after 60 s",
        "  evaluation photos: 90 of 200 after 90 s",
    ]
