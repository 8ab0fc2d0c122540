"""What users at the live address are answered while a candidate is tried: noted, not judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from seatrial.errors import SeatrialError
from seatrial.release.names import LIVE
from seatrial.release.records import Record
from seatrial.release.target import Target
from seatrial.release.timeline import folder_of
from seatrial.release.watch import LoadWatcher, Promise

RATE = 3.0
ADDRESS_SECONDS = 1.0


@contextmanager
def witness(target: Target, record: Record) -> Iterator[None]:
    """Ask the live address now and then for as long as the block lasts, and leave what it answered.

    It gives no verdict, and nothing fails by it: where nothing is live, or its address is not known,
    nothing is asked.
    """
    watcher = _watcher(target, record)
    if not watcher:
        yield
        return
    with watcher:
        yield


def _watcher(target: Target, record: Record) -> LoadWatcher | None:
    if not record.previous:
        return None
    with suppress(SeatrialError):
        url = f"http://{target.slots.address(LIVE, ADDRESS_SECONDS)}"
        photos = target.golden(record.golden_digest).photos
        left = folder_of(target.workspace, record.release) / "meanwhile-timeline.jsonl"
        any_release = Promise("", 1, 0)
        return LoadWatcher(url, photos, any_release, RATE, target.environment.host, timeline=left)
    return None
