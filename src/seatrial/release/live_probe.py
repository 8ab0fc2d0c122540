"""The live probe: a light load on the live address during a release. Its samples are the baseline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from seatrial import console
from seatrial.analysis.baseline import Baseline, make_baseline
from seatrial.analysis.load import LoadGenerator, LoadPlan
from seatrial.analysis.timeline import report_directory
from seatrial.release.record import Record
from seatrial.release.target import Target

# Requests per second.
RATE = 3.0
ADDRESS_SECONDS = 1.0


@dataclass(frozen=True)
class LiveProbe:
    """The running load on the live address; None if no release is live."""

    load: LoadGenerator | None = None

    def baseline(self, release: str, *, same_model: bool) -> Baseline | None:
        """Return the baseline of a release from the samples so far, or None if it never responded.

        Without `same_model` it has no probabilities: those of another model may differ.
        """
        if not self.load:
            return None
        probabilities = self.load.result().probabilities if same_model else None
        return make_baseline(release, list(self.load.samples), probabilities)


@contextmanager
def live_probe(target: Target, record: Record) -> Iterator[LiveProbe]:
    """Send requests to the live address while the block runs, and write their timeline.

    It never fails a release: its own errors are warnings. Without a previous release it sends nothing.
    """
    load = _start(target, record) if record.previous else None
    try:
        yield LiveProbe(load)
    finally:
        if load:
            with _warnings(record.previous):
                load.__exit__(None, None, None)


def _start(target: Target, record: Record) -> LoadGenerator | None:
    with _warnings(record.previous):
        plan = LoadPlan(
            url=target.live_url(ADDRESS_SECONDS),
            photos=target.golden(record.golden, record.revision).photos,
            rate=RATE,
            host=target.environment.authority,
            timeline=report_directory(target.workspace, record.release) / "meanwhile-timeline.jsonl",
        )
        return LoadGenerator(plan, target.http, target.services.runtime).__enter__()
    return None


@contextmanager
def _warnings(release: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        console.line(f"  warning: no live probe of {release} ({reason})")
