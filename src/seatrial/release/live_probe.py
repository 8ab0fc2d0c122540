"""The live probe: a light load on the live address during a release. Its samples are the baseline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from seatrial.analysis.baseline import Baseline, make_baseline
from seatrial.analysis.load import LoadGenerator, LoadPlan
from seatrial.analysis.timeline import report_directory
from seatrial.errors import SeatrialError
from seatrial.kube.labels import LIVE
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
        probabilities = self.load.result().probabilities if same_model else {}
        return make_baseline(release, list(self.load.samples), probabilities)


@contextmanager
def live_probe(target: Target, record: Record) -> Iterator[LiveProbe]:
    """Send requests to the live address while the block runs, and write their timeline.

    It never fails a release. Without a previous release, or without a known address, it sends nothing.
    """
    plan = _plan(target, record)
    if not plan:
        yield LiveProbe()
        return
    with LoadGenerator(plan, target.services.http, target.services.runtime) as load:
        yield LiveProbe(load)


def _plan(target: Target, record: Record) -> LoadPlan | None:
    if not record.previous:
        return None
    with suppress(SeatrialError):
        return LoadPlan(
            url=f"http://{target.slots.address(LIVE, ADDRESS_SECONDS)}",
            photos=target.golden(record.golden, record.revision).photos,
            rate=RATE,
            host=target.environment.host,
            timeline=report_directory(target.workspace, record.release) / "meanwhile-timeline.jsonl",
        )
    return None
