"""The interface of a blob store and its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from seatrial.errors import OutsideError

DOCUMENT_LIMIT: Final = 1 << 20
"""Bytes; every document (card, golden.json, channel, publication record) is smaller.

The list of an evaluation set may be larger; it is read in ranges.
"""

Progress = Callable[[int], None]
"""Called with the number of bytes sent so far."""


@dataclass(frozen=True)
class Document:
    """The content of a small blob and the tag (ETag) of exactly this content."""

    content: bytes
    tag: str


class BlobStore(Protocol):
    """Blobs under keys such as `models/name/1.0/model.onnx`.

    Every method raises BlobNotFoundError, StoreAccessError or StoreUnreachableError.
    """

    url: str

    def read(self, key: str) -> Document | None:
        """Return a document, or None if there is none; reads at most DOCUMENT_LIMIT + 1 bytes."""

    def size(self, key: str) -> int:
        """Return the size of a blob in bytes."""

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return `length` bytes from `start`, fewer at the end of the blob, none after it. Thread-safe."""

    def names(self, prefix: str, page: int = 1000) -> Iterator[str]:
        """Yield what is directly under a prefix such as `models/name/`, in the order of the characters.

        A name under which there are others ends in `/`. The store is asked for `page` names at a time.
        """

    def delete(self, key: str) -> None:
        """Remove a blob, if there is one."""

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a blob atomically; return False, and change nothing, if the key exists."""

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Replace the document that has `tag` (None: create it); return False if it has changed since."""


class BlobNotFoundError(OutsideError):
    """The store has no such blob."""


class StoreAccessError(OutsideError):
    """The store refuses the credentials, or they lack the right."""


class StoreUnreachableError(OutsideError):
    """The store does not answer, or not before its deadline."""
