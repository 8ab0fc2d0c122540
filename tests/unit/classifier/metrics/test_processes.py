"""The metrics of an app with several processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from classifier import metrics_directory
from unit.classifier.metrics.conftest import values

WORKERS = Path(__file__).with_name("workers.py")


@pytest.fixture(scope="module")
def expositions(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What the parent of three workers exposes: before and after the first was killed."""
    done = subprocess.run(
        [sys.executable, WORKERS, tmp_path_factory.mktemp("metrics"), model_dir],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    before, _, after = done.stdout.partition("---\n")
    return before, after


def test_counters_and_histograms_are_those_of_all_processes(expositions: tuple[str, str]) -> None:
    """The exposition of one process has the requests of all."""
    before, _ = expositions
    assert values("classifier_http_requests_total", before) == {"POST /predict 200": 6}
    assert values("classifier_predictions_total", before) == {"red": 6}
    assert values("classifier_inference_duration_seconds_count", before) == {"": 6}
    assert values("classifier_queue_length", before) == {"": 6}
    assert list(values("classifier_model_info", before).values()) == [1]


def test_a_killed_process_leaves_its_counters_and_no_gauge(expositions: tuple[str, str]) -> None:
    """A counter never decreases; the queue of a process that ended is gone."""
    before, after = expositions
    assert values("classifier_http_requests_total", after) == values("classifier_http_requests_total", before)
    assert values("classifier_queue_length", after) == {"": 5}
    (killed,) = set(values("classifier_processes", before).values()) - set(
        values("classifier_processes", after).values()
    )
    assert values("classifier_processes", after) == {"": killed - 1}
    assert values("classifier_resident_memory_bytes", after)[""] > 1e6


def test_a_restart_begins_at_zero(tmp_path: Path) -> None:
    """Files of an earlier start, whose processes had the same ids, are removed; others are kept."""
    directory = tmp_path / "metrics"
    environ: dict[str, str] = {}
    metrics_directory.prepare(directory, environ)
    for name in ("counter_7.db", "gauge_livesum_7.db", "notes.txt"):
        (directory / name).write_bytes(b"old")
    metrics_directory.prepare(directory, environ)
    assert [path.name for path in directory.iterdir()] == ["notes.txt"]
    assert environ == {"PROMETHEUS_MULTIPROC_DIR": str(directory)}
