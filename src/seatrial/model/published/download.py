"""Download of an artefact's files: ranges in parallel to the disk, each hashed in its order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from multiprocessing.pool import ThreadPool
from typing import Final

from imagemodel.card import FileEntry
from seatrial.model.published.partial_copy import PartialCopy, Range
from seatrial.model.published.transfer import mismatch
from seatrial.stores.pieces import connections_for, piece_bytes
from seatrial.stores.protocol import BlobStore

HASH_BYTES: Final = 1 << 20
"""How much is read from the disk at once."""

Advance = Callable[[int], None]


class Download:
    """Fills a partial copy from a store. `key` returns the key of a file's name.

    A range has `range_bytes`, by default `piece_bytes`. `received` counts the bytes that were downloaded.
    """

    def __init__(
        self, store: BlobStore, copy: PartialCopy, key: Callable[[str], str], range_bytes: int = 0
    ) -> None:
        self._store = store
        self._copy = copy
        self._key = key
        self._range_bytes = range_bytes
        self._buffer = bytearray(HASH_BYTES)
        self.received = 0

    def run(self, files: Mapping[str, FileEntry], connections: int, advance: Advance) -> None:
        """Download the ranges that are not on disk, and verify all; `advance` gets the bytes of each.

        Raises RefusedError if the size or the sha256 of a file is not that of its entry, and the errors of
        the store.
        """
        connections = connections_for(max((entry.size for entry in files.values()), default=0), connections)
        size = self._range_bytes or piece_bytes(connections)
        parts = {name: ranges_of(name, entry.size, size) for name, entry in files.items()}
        with ThreadPool(max(1, min(connections, sum(map(len, parts.values()))))) as pool:
            counts = pool.imap(self._obtain, chain.from_iterable(parts.values()))
            for name, entry in files.items():
                found = self._hash(parts[name], counts, advance)
                if found != entry.sha256 and any(map(self._copy.has, parts[name])):
                    # What is on disk is not what was received, for example after a crash of the machine.
                    self._copy.forget(parts[name])
                    found = self._hash(parts[name], pool.imap(self._obtain, parts[name]), lambda _: None)
                if found != entry.sha256:
                    raise mismatch(self._store, self._key(name), f"sha256 {entry.sha256}", found)

    def _obtain(self, part: Range) -> int:
        """Download a range unless it is on disk, and return the number of bytes."""
        if self._copy.has(part):
            return 0
        key, end = self._key(part.name), part.start + part.length
        # One byte more than the file should have, because a longer blob is not what was published.
        content = self._store.read_range(key, part.start, part.length + part.last)
        if len(content) != part.length:
            found = "more" if len(content) > part.length else f"{part.start + len(content)} bytes"
            raise mismatch(self._store, key, f"{end} bytes", found)
        self._copy.write(part, content)
        return part.length

    def _hash(self, parts: Iterable[Range], counts: Iterable[int], advance: Advance) -> str:
        """Return the sha256 of a file, whose ranges are on disk when their `counts` arrive."""
        digest = hashlib.sha256()
        # The ranges first: zip must not take a count that belongs to the next file.
        for part, count in zip(parts, counts, strict=False):
            self.received += count
            for piece in self._copy.read(part, self._buffer):
                digest.update(piece)
            advance(part.length)
        return digest.hexdigest()


def ranges_of(name: str, size: int, length: int) -> list[Range]:
    """Return the ranges of at most `length` bytes in which a file is downloaded."""
    starts = range(0, size, length)
    return [Range(name, start, min(length, size - start), start + length >= size) for start in starts]
