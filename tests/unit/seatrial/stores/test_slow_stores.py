"""Deadlines of uploads, to a server in place of Azure Blob Storage and S3 that sends slowly."""

from __future__ import annotations

import base64
import threading
from pathlib import Path
from typing import Any

import pytest

from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore, StoreUnreachableError
from seatrial.stores.timed import TimedStore
from slow_server import SLOW_RESPONSES, slow_server

# See `_collected`.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def settings(kind: str, port: int, folder: Path) -> StoreSettings:
    """Return the settings of a store at a port of this machine."""
    key = folder / "key"
    if kind == "s3":
        key.write_text("[default]\naws_access_key_id = tester\naws_secret_access_key = not-a-secret\n")
    else:
        key.write_text(base64.b64encode(b"not-a-secret").decode())
    url = {"s3": "s3://bucket/prefix", "azure": "az://account/container/prefix"}[kind]
    endpoint = f"http://127.0.0.1:{port}" + ("/account" if kind == "azure" else "")
    return StoreSettings(url=url, endpoint=endpoint, key_file=str(key), timeout_seconds=1)


def ending(store: BlobStore) -> threading.Event:
    """Return an event that is set when an upload to a store has ended, after its deadline too."""
    assert isinstance(store, TimedStore)
    ended, create = threading.Event(), store._store.create

    def noted(*words: Any) -> bool:
        try:
            return create(*words)
        finally:
            ended.set()

    store._store.create = noted  # type: ignore[method-assign]
    return ended


@pytest.mark.parametrize("kind", ["azure", "s3"])
def test_a_slow_upload_ends_at_the_deadline(kind: str, tmp_path: Path) -> None:
    """An upload has a deadline: the timeout, and the time for its bytes at the minimum rate."""
    with slow_server(SLOW_RESPONSES[1]) as server:
        store = open_store(settings(kind, server.port, tmp_path))
        ended = ending(store)
        with pytest.raises(StoreUnreachableError, match="timed out after 1 s"):
            store.create("key", b"x", lambda _: None)
    assert ended.wait(60)
