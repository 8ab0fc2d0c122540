"""Writes what an environment has accepted to the store, as its cluster's records have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from seatrial import console
from seatrial.errors import OutsideError
from seatrial.model.validation.accepted_model import AcceptedModel, accepted_key, parse_accepted
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.settings import Settings
from seatrial.stores.protocol import BlobStore, Document

SECONDS: Final = 5.0
"""Deadline of each request to the store; one attempt sends two."""

ATTEMPTS: Final = 3
"""More than one only where another command has written the document meanwhile."""


def store_accepted(
    settings: Settings, services: Services, name: str, stable: Callable[[], Record | None]
) -> None:
    """Write what the environment `name` has accepted to the store, if the store has something else.

    `stable` reads the stable release from the cluster; without one the document stays. The Lease is not
    needed. Nothing is raised: a failure is a warning, because a release does not depend on the store.
    """
    if not (settings.store.url and settings.environment(name).record_in_store):
        return
    try:
        seconds = min(SECONDS, settings.store.timeout_seconds)
        store = services.open_store(settings.store.model_copy(update={"timeout_seconds": seconds}))
        _write(store, name, stable)
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        console.line(f"  warning: the store may not have what {name} has accepted ({reason})")
        console.line("  the next command that changes a release there writes it; make settle does")


def _write(store: BlobStore, name: str, stable: Callable[[], Record | None]) -> None:
    key = accepted_key(name)
    for _ in range(ATTEMPTS):
        # In this order: a process that reads an older record has an older tag too, and is refused below.
        found = store.read(key)
        record = stable()
        before = _parsed(found, store.url, name)
        if record is None or (before and before == _accepted(record, before.writes)):
            return
        content = _accepted(record, before.writes + 1 if before else 1).document
        if store.replace(key, content, found.tag if found else None):
            return
    raise OutsideError(f"other commands keep changing {store.url}/{key}")


def _parsed(found: Document | None, url: str, name: str) -> AcceptedModel | None:
    try:
        return parse_accepted(found.content, url, name) if found else None
    except OutsideError:
        # It is written again.
        return None


def _accepted(record: Record, writes: int) -> AcceptedModel:
    return AcceptedModel(
        environment=record.environment,
        release=record.release,
        number=record.number,
        model=record.model,
        image=record.reference.digest,
        revision=record.revision,
        accepted=record.since,
        writes=writes,
    )
