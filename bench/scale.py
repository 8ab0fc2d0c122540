"""Load doubles, replicas follow, latency returns: `make bench-scale`, drawn as reports/<instance>/scale.svg.

Releases the image that was pushed last to an environment `scale` of its own, with one replica that may
become three and a quarter of a core each; asks at its loopback address for five minutes; takes it away.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from statistics import median

from bench.curves import Curve, Mark, draw

from e2e.load import Answer, Users
from e2e.release.conftest import Trial
from e2e.release.environments import environment, remove
from e2e.release.images import Images
from e2e.sizes import Size, Sizes, look
from seatrial.results import FetchResult, PushResult
from seatrial.wait import until
from seatrial.workspace import find

# Requests a second: seven take an eighth of a core and more, fourteen more than one replica may have.
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


def crowd(trial: Trial, clients: int) -> Users:
    """Return users at the live address, no more than the measurement's time and requests."""
    endpoint = trial.target.by_name()
    golden = trial.target.golden(trial.stable().golden_digest)
    limit = 2 * RATE * SECONDS
    return Users(endpoint.url, endpoint.address, golden.photos, RATE, SECONDS, limit, clients)


def measure(trial: Trial) -> tuple[float, list[Answer], list[Size]]:
    """Return when it began (unix seconds), every answer, and the size of the live slot each second."""
    begin, base, more = time.time(), crowd(trial, CLIENTS), crowd(trial, CLIENTS)
    with Sizes(trial.target.slots) as sizes, base:
        _until(begin + DOUBLED)
        with ExitStack() as doubled:
            doubled.enter_context(more)
            _until(begin + HALVED)
        _until(begin + SECONDS)
    return begin, sorted(base.answers + more.answers, key=lambda answer: answer.t), sizes.seen


def buckets(
    begin: float, answers: list[Answer]
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return answers a second, and their 95th percentile in ms, for each few seconds."""
    found: dict[int, list[float]] = {}
    for answer in answers:
        found.setdefault(int((answer.t - begin) // BUCKET), []).append(answer.ms)
    rates = [(n * BUCKET, len(times) / BUCKET) for n, times in sorted(found.items())]
    slow = [(n * BUCKET, sorted(times)[int(0.95 * (len(times) - 1))]) for n, times in sorted(found.items())]
    return rates, slow


def summary(begin: float, answers: list[Answer], sizes: list[Size]) -> dict[str, object]:
    """Return the measurement in figures: seconds from the doubling, medians in ms."""
    grown = [s.t - begin - DOUBLED for s in sizes if s.ready > sizes[0].ready]
    spans = {"before": (20, DOUBLED), "doubled": (DOUBLED, DOUBLED + 20), "followed": (HALVED - 60, HALVED)}
    return {
        "requests": len(answers),
        "failed": sum(not answer.ok for answer in answers),
        "replicas": [min(s.ready for s in sizes), max(s.ready for s in sizes)],
        "seconds_until_larger": round(grown[0], 1) if grown else None,
        "median_ms": {
            name: round(median([a.ms for a in answers if low <= a.t - begin < high] or [0]), 1)
            for name, (low, high) in spans.items()
        },
    }


def main() -> None:
    """Release, measure, write the figures and the plot, and take the environment away."""
    workspace = find(os.environ.get("SEATRIAL_INSTANCE", "dev"))
    os.environ["SEATRIAL_INSTANCE"] = workspace.instance
    trial = environment(workspace, "scale", SETTINGS)
    try:
        code, output = trial.release(_image(trial))
        if code:
            sys.exit(output)
        # The suite of the release was load too.
        until("one replica", lambda: True if look(trial.target.slots).wanted == 1 else None, 180)
        begin, answers, sizes = measure(trial)
    finally:
        remove(trial)
    rates, slow = buckets(begin, answers)
    ready = [(size.t - begin, float(size.ready)) for size in sizes]
    curves = [Curve("requests answered, 1/s", rates), Curve("replicas ready", ready, stepped=True)]
    curves.append(Curve("95th percentile, ms", slow))
    marks = [Mark(DOUBLED, "load doubles"), Mark(HALVED, "load halves")]
    found, folder = summary(begin, answers, sizes), workspace.root / "reports" / workspace.instance
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scale.svg").write_text(draw("Load, replicas and latency", curves, marks, SECONDS))
    (folder / "scale.json").write_text(json.dumps({**found, "sizes": [asdict(s) for s in sizes]}, indent=2))
    print(json.dumps(found, indent=2))  # noqa: T201
    print(folder / "scale.svg")  # noqa: T201


def _image(trial: Trial) -> str:
    workspace = trial.target.workspace
    pushed = workspace.read_result(PushResult, current=False)
    fetched = workspace.read_result(FetchResult, current=False)
    return Images(trial.target.settings, workspace, pushed.image_id, Path(fetched.model_path)).honest("scale")


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))


if __name__ == "__main__":
    main()
