"""What this user may do in the store: list, read, publish, record what an environment accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from seatrial.doctor.finding import Finding
from seatrial.errors import SeatrialError
from seatrial.model.artefacts import MODEL, channel_key
from seatrial.model.validation.accepted_model import accepted_key
from seatrial.settings import Settings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore
from seatrial.stores.write_access import require_key_write_access, require_write_access

REQUEST_SECONDS = 5


def check_store_rights(settings: Settings, environment: str, model: str) -> Iterator[Finding]:
    """Yield a finding for each right in the store; nothing without a store. Nothing is written.

    A write is tried on a condition that is never met: rights are judged before conditions.
    """
    if not settings.store.url:
        return
    try:
        store = open_store(settings.store.model_copy(update={"timeout_seconds": REQUEST_SECONDS}))
    except SeatrialError as error:
        yield Finding("store, list", "missing", error.message, error.hint)
        return
    yield _tried("store, list", "models/ can be listed", lambda: _list(store))
    channel = channel_key(model, settings.model.channel)
    yield _tried("store, read", f"{channel} can be read", lambda: store.read(channel))
    publishing = _tried(
        "store, publish",
        f"versions of {model} can be published",
        lambda: require_write_access(store, f"{MODEL.folder}/{model}"),
        "only publishing needs this right",
    )
    yield publishing
    if settings.environment(environment).record_in_store:
        yield _record(store, environment, publishing)


def _list(store: BlobStore) -> None:
    list(islice(store.names(f"{MODEL.folder}/"), 1))


def _record(store: BlobStore, environment: str, publishing: Finding) -> Finding:
    what, key = "store, record", accepted_key(environment)
    if publishing.state != "ok" and store.url.startswith("s3:"):
        # A service that ignores conditions would replace the document.
        return Finding(what, "later", f"{key}: not tried, as this service may ignore conditions of a write")
    found = f"{key} can be written"
    return _tried(what, found, lambda: require_key_write_access(store, key), "only releases need this right")


def _tried(what: str, found: str, attempt: Callable[[], object], scope: str = "") -> Finding:
    try:
        attempt()
    except SeatrialError as error:
        return Finding(what, "missing", error.message, "; ".join(filter(None, (scope, error.hint))))
    return Finding(what, "ok", found)
