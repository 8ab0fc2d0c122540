"""The connection of the server to the app's metrics, where the app has any."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from classifier.server.observer import NoObserver, Observer

METRICS = "classifier.metrics"


class MetricsObserver:
    """Passes the events of the server to `classifier.metrics`."""

    def __init__(self, metrics: Any) -> None:
        self._metrics = metrics

    def refused(self, method: str, status: int, reason: str) -> None:
        """Count it."""
        self._metrics.count_refused_request(method, status, reason)

    def waited(self, seconds: float) -> None:
        """Record it."""
        self._metrics.observe_queue_time(seconds)

    def queue(self, length: int) -> None:
        """Record it."""
        self._metrics.set_queue_length(length)


def observer() -> Observer:
    """Return the observer for the app's metrics."""
    return MetricsObserver(import_module(METRICS)) if find_spec(METRICS) else NoObserver()


def exposition() -> tuple[bytes, str]:
    """Return the metrics and their content type."""
    if not find_spec(METRICS):
        return b"", "text/plain; version=0.0.4; charset=utf-8"
    metrics = import_module(METRICS)
    return metrics.exposition(), metrics.CONTENT_TYPE
