"""The app's metrics, in the text format of Prometheus: those of this process, whose threads share them."""

from classifier.metrics.exposition import CONTENT_TYPE, exposition
from classifier.metrics.http import register
from classifier.metrics.server import count_refused_request, observe_queue_time, set_queue_length

__all__ = [
    "CONTENT_TYPE",
    "count_refused_request",
    "exposition",
    "observe_queue_time",
    "register",
    "set_queue_length",
]
