"""prune when the operating system refuses access to the reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prune_harness import PruneHarness, removed

IMAGES = ["classifier:old", "seatrial/classifier:old"]


def _refuse(path: Path, *_: Any, **__: Any) -> None:
    raise PermissionError(13, "Permission denied", str(path))


def test_a_report_that_cannot_be_removed_ends_that_part(
    harness: PruneHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is listed as not removed, and the images are pruned."""
    monkeypatch.setattr(Path, "unlink", _refuse)
    result = harness.prune()
    reason = f"Permission denied: {harness.reports / 'run-1.json'}"
    assert result.untouched == {"reports": reason}
    assert removed(result) == IMAGES
    assert [item.why for item in result.items if item.name == "run-1"] == [f"not removed: {reason}"]


def test_reports_that_cannot_be_listed_are_not_touched(
    harness: PruneHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The images are pruned."""
    monkeypatch.setattr(Path, "iterdir", _refuse)
    result = harness.prune()
    assert result.untouched == {"reports": f"Permission denied: {harness.reports}"}
    assert removed(result) == IMAGES


def test_an_error_without_a_path_is_reported(harness: PruneHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own text is the reason, on one line."""

    def fail(*_: Any) -> None:
        raise OSError("connection\nreset")

    monkeypatch.setattr(harness.registry, "manifest", fail)
    result = harness.prune()
    assert list(result.untouched.values()) == ["connection reset"]
    assert removed(result) == ["run-1", "seatrial/classifier:old"]
