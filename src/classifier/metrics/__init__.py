"""The app's metrics, in the text format of Prometheus.

With several processes, call `metrics_directory.prepare` before any of them imports this package: each process
then writes its values to that directory, and `exposition` of any of them returns the sum. Without it the
values are those of one process.
"""

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
