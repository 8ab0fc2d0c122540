"""The best results that a load can still have when its plan is complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from seatrial.analysis.load_result import LoadResult


def best_ends(load: LoadResult) -> Iterator[LoadResult]:
    """Yield results of which one passes if any completion of the load's plan passes.

    In each of them every request that is still to be sent succeeds in 0 ms, and every request in flight
    succeeds now, except the slowest 0, 1, 2 … of them, which fail: the latency of a failed request does not
    count, so a failure can be better than a slow success if the error rate allows it. Nothing else can be
    better: for a fixed number of failures no latency can be less, and a further value of 0 raises no
    percentile.
    """
    waiting = sorted(load.in_flight_milliseconds)
    remaining = [0.0] * (load.planned - load.total - len(waiting))
    for failed in range(len(waiting) + 1):
        answered = waiting[: len(waiting) - failed]
        yield replace(
            load,
            failures=(*load.failures, *["in flight"] * failed),
            milliseconds=(*load.milliseconds, *answered, *remaining),
            in_flight_milliseconds=(),
        )
