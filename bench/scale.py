"""Autoscaling when the load doubles: `make bench-scale` writes reports/<instance>/scale.svg and .json.

Releases the last pushed image to a temporary environment `scale`, with one to three replicas of a quarter
of a core each, and loads its live address for five minutes.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from statistics import median

from bench.plot import Curve, Mark, write_plot

from e2e.release.conftest import ReleaseEnvironment, image_factory
from e2e.release.temporary_environment import create_environment, remove_environment
from e2e.replicas import ReplicaCount, ReplicaMonitor, count_replicas
from e2e.user_load import UserLoad, UserRequest
from seatrial.wait import until
from seatrial.workspace import Workspace, find

# 7 requests a second need about an eighth of a core, 14 more than the limit of one replica.
RATE, CLIENTS, SECONDS = 7, 12, 300
DOUBLED, HALVED = 60, 220
BUCKET = 5
SETTINGS = {
    "OVERLAY": "bench/overlays/scale",
    "REPLICAS": "1",
    "MAX_REPLICAS": "3",
    "LOAD_PER_SECOND": "2",
    "BAKE_SECONDS": "3",
}
Points = list[tuple[float, float]]


def user_load(environment: ReleaseEnvironment, clients: int) -> UserLoad:
    """Return a load on the live address, bounded by the time and requests of the measurement."""
    endpoint = environment.target.by_name()
    stable = environment.stable()
    golden = environment.target.golden(stable.golden, stable.revision)
    limit = 2 * RATE * SECONDS
    return UserLoad(endpoint.url, endpoint.address, golden.photos, RATE, SECONDS, limit, clients)


def measure(environment: ReleaseEnvironment) -> tuple[float, list[UserRequest], list[ReplicaCount]]:
    """Return the start (unix seconds), every request, and the replicas of the live slot each second."""
    start = time.time()
    base, additional = user_load(environment, CLIENTS), user_load(environment, CLIENTS)
    with ReplicaMonitor(environment.target.slots) as monitor, base:
        _sleep_until(start + DOUBLED)
        with ExitStack() as doubled:
            doubled.enter_context(additional)
            _sleep_until(start + HALVED)
        _sleep_until(start + SECONDS)
    requests = sorted(base.requests + additional.requests, key=lambda request: request.t)
    return start, requests, monitor.counts


def buckets(start: float, requests: list[UserRequest]) -> tuple[Points, Points]:
    """Return the responses a second, and their 95th percentile in ms, for each 5 seconds."""
    found: dict[int, list[float]] = {}
    for request in requests:
        found.setdefault(int((request.t - start) // BUCKET), []).append(request.ms)
    latencies = {float(n * BUCKET): sorted(times) for n, times in sorted(found.items())}
    rates = [(second, len(times) / BUCKET) for second, times in latencies.items()]
    p95 = [(second, times[int(0.95 * (len(times) - 1))]) for second, times in latencies.items()]
    return rates, p95


def summary(start: float, requests: list[UserRequest], counts: list[ReplicaCount]) -> dict[str, object]:
    """Return the figures: seconds from the doubling to the next replica, median latencies in ms."""
    grown = [count.t - start - DOUBLED for count in counts if count.ready > counts[0].ready]
    spans = {"before": (20, DOUBLED), "doubled": (DOUBLED, DOUBLED + 20), "scaled": (HALVED - 60, HALVED)}
    return {
        "requests": len(requests),
        "failed": sum(not request.ok for request in requests),
        "replicas": [min(c.ready for c in counts), max(c.ready for c in counts)],
        "seconds_until_larger": round(grown[0], 1) if grown else None,
        "median_ms": {
            name: round(median([r.ms for r in requests if low <= r.t - start < high] or [0]), 1)
            for name, (low, high) in spans.items()
        },
    }


def main() -> None:
    """Release, measure, write the figures and the plot, and remove the environment."""
    workspace = find(os.environ.get("SEATRIAL_INSTANCE", "dev"))
    os.environ["SEATRIAL_INSTANCE"] = workspace.instance
    # So that a pod with a quarter of a core becomes ready in time.
    os.environ["SEATRIAL_POD__WORKERS"] = "1"
    environment = create_environment(workspace, "scale", SETTINGS)
    try:
        code, output = environment.release(image_factory(environment).working("scale"))
        if code:
            sys.exit(output)
        # The acceptance suite was load too: the autoscaler may have added replicas.
        until("one replica", lambda: _has_one_replica(environment), 180)
        start, requests, counts = measure(environment)
    finally:
        remove_environment(environment)
    write(workspace, start, requests, counts)


def write(
    workspace: Workspace, start: float, requests: list[UserRequest], counts: list[ReplicaCount]
) -> None:
    """Write the figures and the plot, and print them."""
    folder = workspace.root / "reports" / workspace.instance
    folder.mkdir(parents=True, exist_ok=True)
    rates, p95 = buckets(start, requests)
    curves = [
        Curve("responses, 1/s", rates),
        Curve("ready replicas", [(c.t - start, float(c.ready)) for c in counts], stepped=True),
        Curve("95th percentile, ms", p95),
    ]
    marks = [Mark(DOUBLED, "load doubles"), Mark(HALVED, "load halves")]
    write_plot(folder / "scale.svg", "Load, replicas and latency", curves, marks, SECONDS)
    figures = summary(start, requests, counts)
    (folder / "scale.json").write_text(
        json.dumps({**figures, "counts": [asdict(c) for c in counts]}, indent=2)
    )
    print(json.dumps(figures, indent=2))  # noqa: T201
    print(folder / "scale.svg")  # noqa: T201


def _has_one_replica(environment: ReleaseEnvironment) -> bool | None:
    found = count_replicas(environment.target.slots)
    return True if found and found.desired == 1 else None


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))


if __name__ == "__main__":
    main()
