"""Download from a store: parallel range requests, one ordered stream, hashed as it arrives."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.pool import AsyncResult, ThreadPool
from pathlib import Path
from typing import Final

from imagemodel.card import FileEntry
from seatrial.errors import RefusedError
from seatrial.model.artefacts import ArtefactKind, version_key
from seatrial.results import Artefact
from seatrial.stores.protocol import DOCUMENT_LIMIT, BlobStore

RANGE_BYTES: Final = 4 << 20
"""Size of one request: large enough to use the bandwidth, small enough to meet its deadline."""


def stream(
    store: BlobStore, key: str, size: int, connections: int, range_bytes: int = RANGE_BYTES
) -> Iterator[bytes]:
    """Yield the first `size` bytes of a blob in order, while the next ranges are requested.

    Holds at most two ranges for each connection in memory. Raises the errors of the store.
    """
    pool = ThreadPool(min(connections, max(1, -(-size // range_bytes))))
    pending: deque[AsyncResult[bytes]] = deque()
    try:
        for start in range(0, size, range_bytes):
            span = (key, start, min(range_bytes, size - start))
            pending.append(pool.apply_async(store.read_range, span))
            if len(pending) >= 2 * connections:
                yield pending.popleft().get()
        while pending:
            yield pending.popleft().get()
    finally:
        pool.terminate()


def read_list(store: BlobStore, kind: ArtefactKind, artefact: Artefact, connections: int) -> bytes | None:
    """Return the file that lists all others of a version, or None if the store does not have it.

    Reads at most one byte more than the limit of the kind. Raises the errors of the store.
    """
    key = version_key(kind, artefact, kind.list_name)
    found = store.read(key)
    if found is None or len(found.content) <= DOCUMENT_LIMIT or kind.list_limit <= DOCUMENT_LIMIT:
        return found.content if found else None
    return b"".join(stream(store, key, min(store.size(key), kind.list_limit + 1), connections))


def download(
    store: BlobStore,
    key: str,
    entry: FileEntry,
    target: Path,
    connections: int,
    advance: Callable[[int], None],
) -> None:
    """Write a blob to the new file `target`; `advance` is called with the number of bytes of each piece.

    Raises RefusedError if the size or the sha256 differs from `entry`; the caller then removes `target`.
    """
    _require_size(store, key, entry)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        for piece in stream(store, key, entry.size, connections):
            digest.update(piece)
            file.write(piece)
            advance(len(piece))
    if digest.hexdigest() != entry.sha256:
        raise _mismatch(store, key, f"sha256 {entry.sha256}", digest.hexdigest())


def has_content(store: BlobStore, key: str, entry: FileEntry, connections: int) -> bool:
    """Return whether a blob has the size and the sha256 of `entry`; reads all of it."""
    if store.size(key) != entry.size:
        return False
    digest = hashlib.sha256()
    for piece in stream(store, key, entry.size, connections):
        digest.update(piece)
    return digest.hexdigest() == entry.sha256


def _require_size(store: BlobStore, key: str, entry: FileEntry) -> None:
    found = store.size(key)
    if found != entry.size:
        raise _mismatch(store, key, f"{entry.size} bytes", f"{found} bytes")


def _mismatch(store: BlobStore, key: str, expected: str, found: str) -> RefusedError:
    return RefusedError(
        f"{store.url}/{key} is not what was published: digest mismatch, expected {expected}, found {found}",
        "the store was changed: publish the model again as a new version and lock that version",
    )
