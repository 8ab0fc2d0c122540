"""The number of processors that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

from classifier.cgroup import CGROUP, read_value


def granted_cpus(cgroup: Path = CGROUP) -> int:
    """Return the processors that cgroup and affinity grant, at least 1; a part of one counts as a whole."""
    limit = cpu_limit(cgroup)
    available = len(os.sched_getaffinity(0))
    return available if limit is None else max(1, min(available, limit))


def cpu_limit(cgroup: Path = CGROUP) -> int | None:
    """Return the cgroup's CPU limit, rounded up, or None if there is no limit. It reads cgroup v2 and v1."""
    quota, period = _version_2(cgroup) or _version_1(cgroup) or (None, None)
    if quota is None or period is None or quota < 1 or period < 1:
        return None
    return -(-quota // period)


def _version_2(cgroup: Path) -> tuple[int, int] | None:
    return _pair(" ".join(read_value(cgroup / "cpu.max").split()))


def _version_1(cgroup: Path) -> tuple[int, int] | None:
    directory = cgroup / "cpu"
    return _pair(
        f"{read_value(directory / 'cpu.cfs_quota_us')} {read_value(directory / 'cpu.cfs_period_us')}"
    )


def _pair(text: str) -> tuple[int, int] | None:
    try:
        quota, period = map(int, text.split())
    except ValueError:  # no such file, or `max`
        return None
    return quota, period


def inference_threads(workers: int, limit: int | None) -> int:
    """Return the threads of one inference if `workers` run at once: their share of the limit, else 1."""
    return max(1, (limit or 1) // workers)
