"""Parallel download of a blob."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest

from samples import make_settings
from seatrial.model.published.transfer import stream
from seatrial.stores.directory import DirectoryStore
from seatrial.stores.protocol import StoreUnreachableError
from seatrial.stores.timed import TimedStore


class LateStore(DirectoryStore):
    """A store that returns ranges late and out of order, or (until `stuck` is set) not at all."""

    def __init__(self, folder: Path, content: bytes, stuck: threading.Event | None = None) -> None:
        super().__init__(make_settings(url=folder.as_uri()).store)
        (folder / "key").write_bytes(content)
        self.stuck = stuck
        self.active = 0
        self.most_active = 0

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a range after a random delay."""
        if self.stuck:
            self.stuck.wait(20)
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        # Not to wait for anything, but to let later ranges overtake earlier ones.
        time.sleep(random.uniform(0, 0.01))
        self.active -= 1
        return super().read_range(key, start, length)


def test_ranges_are_yielded_in_order(tmp_path: Path) -> None:
    """The stream equals the blob although ranges arrive out of order; several requests run at once."""
    content = random.Random(1).randbytes(5_050)
    store = LateStore(tmp_path, content)
    assert b"".join(stream(store, "key", 5_050, 8, range_bytes=100)) == content
    assert 2 <= store.most_active <= 8


def test_a_hanging_store_ends_the_download(tmp_path: Path) -> None:
    """A range that exceeds its deadline raises; its thread does not block the caller."""
    stuck = threading.Event()
    start = time.monotonic()
    with pytest.raises(StoreUnreachableError, match="timed out after 1 s"):
        list(stream(TimedStore(LateStore(tmp_path, b"x" * 10, stuck), 1), "key", 10, 2))
    assert time.monotonic() - start < 5
    stuck.set()


def test_an_empty_blob_is_an_empty_stream(tmp_path: Path) -> None:
    """A blob without bytes is not an error."""
    assert list(stream(LateStore(tmp_path, b""), "key", 0, 8)) == []
