"""What a store must do, and how it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from seatrial.errors import OutsideError

LIMIT: Final = 1 << 20
"""Bytes. No document (card, golden set's list, channel, publication record) is as large."""

Progress = Callable[[int], None]
"""Is told the bytes that were sent so far."""


@dataclass(frozen=True)
class Document:
    """A small blob as read, and the tag that stands for exactly this content."""

    content: bytes
    tag: str


class Store(Protocol):
    """Blobs under keys such as `models/name/1.0/model.onnx`.

    Every call raises MissingError, AccessError or UnreachableError as it applies, within the deadline
    that the store was opened with.
    """

    url: str

    def read(self, key: str) -> Document | None:
        """Return a document, or None where there is none; at most LIMIT + 1 bytes are read."""

    def size(self, key: str) -> int:
        """Return a blob's size in bytes."""

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return `length` bytes from `start`, fewer where the blob ends before; threads may share it."""

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a blob, whole or not at all; return False where the key is taken, and leave that one."""

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Replace the document that had `tag` (None: there was none); return False if it has changed."""


class MissingError(OutsideError):
    """The store has no such blob."""


class AccessError(OutsideError):
    """The store knows who asks, or does not, and says no."""


class UnreachableError(OutsideError):
    """The store does not answer, or not in time."""
