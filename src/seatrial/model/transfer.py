"""Bytes from a store: several connections, one stream in order, hashed as it passes."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.pool import AsyncResult, ThreadPool
from pathlib import Path
from typing import Final

from imagemodel.card import FileEntry
from seatrial.errors import RefusedError
from seatrial.stores.protocol import Store

PART: Final = 4 << 20
"""Bytes of one request: large enough to keep a connection busy, small enough to meet its deadline."""


def stream(store: Store, key: str, size: int, connections: int) -> Iterator[bytes]:
    """Yield the first `size` bytes of a blob in order, while the next parts are under way.

    At most two parts a connection are held in memory. Raises what the store raises for a part.
    """
    pool = ThreadPool(min(connections, max(1, -(-size // PART))))
    waiting: deque[AsyncResult[bytes]] = deque()
    try:
        for start in range(0, size, PART):
            waiting.append(pool.apply_async(store.read_range, (key, start, min(PART, size - start))))
            if len(waiting) >= 2 * connections:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()
    finally:
        pool.terminate()


def download(
    store: Store, key: str, entry: FileEntry, target: Path, connections: int, advance: Callable[[int], None]
) -> None:
    """Write a blob to `target` if it is what `entry` says; `advance` is told each piece's bytes.

    Raises RefusedError when the blob has another size or sha256; `target` is then left for the caller
    to remove.
    """
    _check_size(store, key, entry)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        for part in stream(store, key, entry.size, connections):
            digest.update(part)
            file.write(part)
            advance(len(part))
    if digest.hexdigest() != entry.sha256:
        raise _mismatch(store, key, f"sha256 {entry.sha256}", digest.hexdigest())


def holds(store: Store, key: str, entry: FileEntry, connections: int) -> bool:
    """Return whether the blob under `key` has the size and sha256 of `entry`, reading all of it."""
    if store.size(key) != entry.size:
        return False
    digest = hashlib.sha256()
    for part in stream(store, key, entry.size, connections):
        digest.update(part)
    return digest.hexdigest() == entry.sha256


def _check_size(store: Store, key: str, entry: FileEntry) -> None:
    found = store.size(key)
    if found != entry.size:
        raise _mismatch(store, key, f"{entry.size} bytes", f"{found} bytes")


def _mismatch(store: Store, key: str, expected: str, found: str) -> RefusedError:
    return RefusedError(
        f"{store.url}/{key} is not what was published: digest mismatch, expected {expected}, found {found}",
        "somebody changed the store: publish the model again as a new version, and lock that",
    )
