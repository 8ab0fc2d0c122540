"""Bytes over several connections."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest

from samples import make_settings
from seatrial.model import transfer
from seatrial.model.transfer import stream
from seatrial.stores.directory import DirectoryStore
from seatrial.stores.protocol import UnreachableError
from seatrial.stores.timed import TimedStore


class LateStore(DirectoryStore):
    """A folder that answers parts late and out of order, or (until `stuck` is set) not at all."""

    def __init__(self, folder: Path, content: bytes, stuck: threading.Event | None = None) -> None:
        super().__init__(make_settings(url=folder.as_uri()).store)
        (folder / "key").write_bytes(content)
        self.stuck = stuck
        self.active = 0
        self.most_active = 0

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part, some time."""
        if self.stuck:
            self.stuck.wait(20)
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        # Not to wait for anything, but to let later parts overtake earlier ones.
        time.sleep(random.uniform(0, 0.01))
        self.active -= 1
        return super().read_range(key, start, length)


def test_parts_arrive_in_order_however_they_are_answered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The stream is the blob, byte for byte, and several connections were busy at once."""
    monkeypatch.setattr(transfer, "PART", 100)
    content = random.Random(1).randbytes(5_050)
    store = LateStore(tmp_path, content)
    assert b"".join(stream(store, "key", 5_050, 8)) == content
    assert 2 <= store.most_active <= 8


def test_a_store_that_hangs_is_given_up(tmp_path: Path) -> None:
    """A part that does not come in time ends the transfer, and the thread that waits holds nobody up."""
    stuck = threading.Event()
    start = time.monotonic()
    with pytest.raises(UnreachableError, match="no full answer within 1 s"):
        list(stream(TimedStore(LateStore(tmp_path, b"x" * 10, stuck), 1), "key", 10, 2))
    assert time.monotonic() - start < 5
    stuck.set()


def test_an_empty_blob_is_an_empty_stream(tmp_path: Path) -> None:
    """Nothing to read is no error."""
    assert list(stream(LateStore(tmp_path, b""), "key", 0, 8)) == []
