"""Write the metrics in the text format of Prometheus."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from classifier.metrics.definitions import REGISTRY

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def exposition() -> bytes:
    """Return the metrics in the text format of Prometheus, with `CONTENT_TYPE`."""
    return generate_latest(REGISTRY)


class _Process(Collector):
    """The process and its memory."""

    def collect(self) -> Iterator[Metric]:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory = "Resident memory of the app."
        yield GaugeMetricFamily("classifier_resident_memory_bytes", memory, value=pages * PAGE_BYTES)
        yield GaugeMetricFamily("classifier_processes", "Running processes of the app.", value=1)


REGISTRY.register(_Process())
