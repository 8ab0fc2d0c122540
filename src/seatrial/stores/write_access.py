"""Finds out whether a store accepts writes, before anything is written to it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from seatrial.errors import RefusedError
from seatrial.stores.protocol import BlobNotFoundError, BlobStore

NAME: Final = ".write-access"
NO_TAG: Final = '"0"'
"""The tag of no content."""


def require_write_access(store: BlobStore, folder: str) -> None:
    """Raise StoreAccessError unless the store accepts writes under the key `folder`.

    The request is a write on a condition that is never met: rights are judged before conditions. Raises
    RefusedError if the store writes nevertheless, because then publishers could overwrite each other.
    """
    require_key_write_access(store, f"{folder}/{NAME}")


def require_key_write_access(store: BlobStore, key: str) -> None:
    """Raise as `require_write_access` unless the store accepts writes of exactly this key.

    A store that ignores conditions replaces the blob before that is noticed.
    """
    # What is not there has no tag either; some services answer so.
    with suppress(BlobNotFoundError):
        if store.replace(key, b"", NO_TAG):
            raise RefusedError(
                f"{store.url} ignores the condition of a write (If-Match)",
                "use a store that has conditional writes; it keeps published versions as they are",
            )
