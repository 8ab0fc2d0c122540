"""The events of the server in the app's metrics."""

from __future__ import annotations

from classifier import metrics


class MetricsObserver:
    """Passes the events of the server to `classifier.metrics`."""

    def refused(self, method: str, status: int, reason: str) -> None:
        """Count it."""
        metrics.count_refused_request(method, status, reason)

    def waited(self, seconds: float) -> None:
        """Record it."""
        metrics.observe_queue_time(seconds)

    def queue(self, length: int) -> None:
        """Record it."""
        metrics.set_queue_length(length)


def exposition() -> tuple[bytes, str]:
    """Return the metrics and their content type."""
    return metrics.exposition(), metrics.CONTENT_TYPE
