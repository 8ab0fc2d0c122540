"""Write the metrics of all processes of the app."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from classifier.metrics.definitions import REGISTRY
from classifier.metrics_directory import VARIABLE

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
PROCESS_FILE: Final = re.compile(r"_(\d+)\.db$")
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def exposition() -> bytes:
    """Return the metrics of all processes in the text format of Prometheus, with `CONTENT_TYPE`.

    The gauges of processes that have ended are removed; their counters remain, so that no counter decreases.
    """
    registry = CollectorRegistry()
    directory = os.environ.get(VARIABLE)
    if not directory:
        registry.register(_Processes({os.getpid()}))
        return generate_latest(REGISTRY) + generate_latest(registry)
    processes = _processes_with_values(Path(directory))
    for ended in processes - _alive(processes):
        mark_process_dead(ended, directory)  # type: ignore[no-untyped-call]
    registry.register(_Processes(_alive(processes)))
    MultiProcessCollector(registry, directory)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class _Processes(Collector):
    """The memory of some processes of this machine, and their number."""

    def __init__(self, processes: Iterable[int]) -> None:
        self._processes = processes

    def collect(self) -> Iterator[Metric]:
        sizes = [size for process in self._processes if (size := _resident_bytes(process))]
        memory = "Resident memory of all processes; memory that they share counts once for each."
        yield GaugeMetricFamily("classifier_resident_memory_bytes", memory, value=sum(sizes))
        yield GaugeMetricFamily("classifier_processes", "Running processes of the app.", value=len(sizes))


def _processes_with_values(directory: Path) -> set[int]:
    found = (PROCESS_FILE.search(path.name) for path in directory.glob("*.db"))
    return {int(match[1]) for match in found if match}


def _alive(processes: set[int]) -> set[int]:
    return {process for process in processes if _resident_bytes(process)}


def _resident_bytes(process: int) -> int:
    """Return the resident memory of a process, or 0 if it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0
