"""The processors that a cgroup grants."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from classifier.cpus import cpu_limit, granted_cpus, inference_threads

LIMITS = [
    ("100000 100000", 1),
    ("150000 100000", 2),
    ("50000 100000", 1),
    ("400000 100000", 4),
    ("max 100000", None),
]


@pytest.mark.parametrize(("text", "limit"), LIMITS)
def test_limit_of_version_2(tmp_path: Path, text: str, limit: int | None) -> None:
    """`cpu.max` is quota and period; a part of a processor counts as a whole one."""
    (tmp_path / "cpu.max").write_text(f"{text}\n")
    assert cpu_limit(tmp_path) == limit


@pytest.mark.parametrize(("quota", "limit"), [(100000, 1), (250000, 3), (-1, None)])
def test_limit_of_version_1(tmp_path: Path, quota: int, limit: int | None) -> None:
    """Version 1 has quota and period in files of their own; -1 is no limit."""
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert cpu_limit(tmp_path) == limit


def test_granted_processors_are_those_of_limit_and_affinity(tmp_path: Path) -> None:
    """Without a limit the affinity decides, with one the smaller number."""
    available = len(os.sched_getaffinity(0))
    assert granted_cpus(tmp_path) == available
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    assert granted_cpus(tmp_path) == 1
    (tmp_path / "cpu.max").write_text("99900000 100000\n")
    assert granted_cpus(tmp_path) == available


@pytest.mark.parametrize(("workers", "limit", "threads"), [(2, None, 1), (2, 2, 1), (2, 4, 2), (4, 2, 1)])
def test_inference_threads_share_the_limit(workers: int, limit: int | None, threads: int) -> None:
    """The inferences that run at once use the limit together; without a limit each has one thread."""
    assert inference_threads(workers, limit) == threads
