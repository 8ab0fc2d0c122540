"""Reading a blob from a store: parallel range requests, one ordered stream."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from multiprocessing.pool import AsyncResult, ThreadPool

from imagemodel.card import FileEntry
from seatrial.errors import RefusedError
from seatrial.model.artefacts import ArtefactKind, version_key
from seatrial.results import Artefact
from seatrial.stores.pieces import piece_bytes
from seatrial.stores.protocol import DOCUMENT_LIMIT, BlobStore


def stream(store: BlobStore, key: str, size: int, connections: int, range_bytes: int = 0) -> Iterator[bytes]:
    """Yield the first `size` bytes of a blob in order, while the next ranges are requested.

    Holds at most one range for each connection, and one more, in memory. `range_bytes` is by default
    `piece_bytes`. Raises the errors of the store.
    """
    range_bytes = range_bytes or piece_bytes(connections)
    pending: deque[AsyncResult[bytes]] = deque()
    with ThreadPool(min(connections, max(1, -(-size // range_bytes)))) as pool:
        for start in range(0, size, range_bytes):
            span = (key, start, min(range_bytes, size - start))
            pending.append(pool.apply_async(store.read_range, span))
            if len(pending) > connections:
                yield pending.popleft().get()
        while pending:
            yield pending.popleft().get()


def read_list(store: BlobStore, kind: ArtefactKind, artefact: Artefact, connections: int) -> bytes | None:
    """Return the file that lists all others of a version, or None if the store does not have it.

    Reads at most one byte more than the limit of the kind. Raises the errors of the store.
    """
    key = version_key(kind, artefact, kind.list_name)
    found = store.read(key)
    if found is None or len(found.content) <= DOCUMENT_LIMIT or kind.list_limit <= DOCUMENT_LIMIT:
        return found.content if found else None
    return b"".join(stream(store, key, min(store.size(key), kind.list_limit + 1), connections))


def has_content(store: BlobStore, key: str, entry: FileEntry, connections: int) -> bool:
    """Return whether a blob has the size and the sha256 of `entry`; reads all of it."""
    if store.size(key) != entry.size:
        return False
    digest = hashlib.sha256()
    for piece in stream(store, key, entry.size, connections):
        digest.update(piece)
    return digest.hexdigest() == entry.sha256


def mismatch(store: BlobStore, key: str, expected: str, found: str) -> RefusedError:
    """Return the error for a blob that is not what was published."""
    return RefusedError(
        f"{store.url}/{key} is not what was published: digest mismatch, expected {expected}, found {found}",
        "the store was changed: publish the model again as a new version and lock that version",
    )
