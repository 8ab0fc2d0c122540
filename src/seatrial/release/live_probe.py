"""What users at the live address are answered while a candidate is tried: noted, and what it is judged by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from seatrial.analysis.baseline import Baseline, baseline
from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.thresholds import Thresholds
from seatrial.analysis.timeline import folder_of
from seatrial.errors import SeatrialError
from seatrial.kube.labels import LIVE
from seatrial.release.record import Record
from seatrial.release.target import Target

RATE = 3.0
ADDRESS_SECONDS = 1.0


@dataclass(frozen=True)
class LiveProbe:
    """Somebody who asks the live address now and then; nobody where nothing is live."""

    watcher: LoadGenerator | None = None

    def baseline(self, release: str, *, same_model: bool) -> Baseline | None:
        """Return what a release answered so far, None where it was nothing.

        Without `same_model` it is not said how sure it was of its answers.
        """
        if not self.watcher:
            return None
        seen = list(self.watcher.answers)
        answered = [each.ms for each in seen if each.release == release and 200 <= each.status < 300]
        failed = sum(not 200 <= each.status < 300 for each in seen)
        return baseline(release, answered, failed, self.watcher.given if same_model else {})


@contextmanager
def live_probe(target: Target, record: Record) -> Iterator[LiveProbe]:
    """Ask the live address now and then for as long as the block lasts, and leave what it answered.

    It gives no verdict, and nothing fails by it: where nothing is live, or its address is not known,
    nothing is asked.
    """
    watcher = _watcher(target, record)
    if not watcher:
        yield LiveProbe()
        return
    with watcher:
        yield LiveProbe(watcher)


def _watcher(target: Target, record: Record) -> LoadGenerator | None:
    if not record.previous:
        return None
    with suppress(SeatrialError):
        url = f"http://{target.slots.address(LIVE, ADDRESS_SECONDS)}"
        photos = target.golden(record.golden_digest).photos
        left = folder_of(target.workspace, record.release) / "meanwhile-timeline.jsonl"
        any_release = Thresholds("", 1, 0)
        return LoadGenerator(url, photos, any_release, RATE, target.environment.host, timeline=left)
    return None
