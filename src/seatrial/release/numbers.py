"""The number of the next release."""

from __future__ import annotations

import re
from collections.abc import Iterable

from seatrial.kube.labels import SLOTS
from seatrial.release.target import Target


def next_number(target: Target) -> int:
    """Return a number above that of every release that the environment shows a trace of.

    A record may have been deleted by hand while its release is live or named by others; a second release of
    that name would be taken for it. The caller holds the Lease.
    """
    name = re.compile(rf"{re.escape(target.name)}-([0-9]+)")
    return 1 + max((int(found) for text in _texts(target) for found in name.findall(text)), default=0)


def _texts(target: Target) -> Iterable[str]:
    for record in target.records.all():
        yield from (record.release, record.previous, *(change.detail for change in record.history))
    live = target.slots.live()
    yield live.release if live else ""
    yield from (target.slots.release_in(slot) for slot in SLOTS)
