"""Upload of an artefact's files: small ones in parallel, large ones one after the other, in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Final

from imagemodel.card import FileEntry
from seatrial.errors import RefusedError
from seatrial.model.published.transfer import has_content
from seatrial.stores.pieces import piece_bytes
from seatrial.stores.protocol import BlobStore

NEW_VERSION: Final = "publish under a new version: published versions are immutable"
Advance = Callable[[int], None]


class FileUpload:
    """Creates the files of a version in a store. `key` returns the key of a file's name.

    Small files are sent by `connections` workers, each of which holds one of them in memory; a store sends a
    large one in pieces by itself.
    """

    def __init__(self, store: BlobStore, folder: Path, key: Callable[[str], str], connections: int) -> None:
        self._store = store
        self._folder = folder
        self._key = key
        self._connections = connections

    def run(self, files: Mapping[str, FileEntry], advance: Advance) -> bool:
        """Upload the files that the store does not have, and return whether it had none of them.

        `advance` gets the number of bytes of each piece. Raises RefusedError if the store has a file with
        other bytes, and the errors of the store; files that were sent before stay.
        """
        limit = piece_bytes(self._connections)
        small = [name for name, entry in sorted(files.items()) if entry.size <= limit]
        large = [name for name, entry in sorted(files.items()) if entry.size > limit]
        created = []
        with _workers(min(self._connections, len(small))) as pool:
            for name, new in pool.imap_unordered(lambda name: self._attempt(name, files[name]), small):
                if isinstance(new, BaseException):
                    raise new
                advance(files[name].size)
                created.append(new)
        created += [self._create(name, files[name], _differences(advance)) for name in large]
        return all(created)

    def _attempt(self, name: str, entry: FileEntry) -> tuple[str, bool | BaseException]:
        # A worker that ends by an error that is no Exception leaves the pool waiting for its result.
        try:
            return name, self._create(name, entry)
        except BaseException as error:
            return name, error

    def _create(self, name: str, entry: FileEntry, progress: Callable[[int], None] = lambda _: None) -> bool:
        key = self._key(name)
        created = self._store.create(key, self._folder / name, progress)
        if not created and not has_content(self._store, key, entry, self._connections):
            blob = f"{self._store.url}/{key}"
            raise RefusedError(f"{blob} exists with other bytes, of another publisher", NEW_VERSION)
        return created


def _differences(advance: Advance) -> Callable[[int], None]:
    """Return a function that gets the number of bytes sent so far, and calls `advance` with the new ones."""
    sent = 0

    def sent_so_far(total: int) -> None:
        nonlocal sent
        advance(total - sent)
        sent = total

    return sent_so_far


@contextmanager
def _workers(count: int) -> Iterator[ThreadPool]:
    """Yield a pool, and wait at the end for the files that it is sending: their temporary files must go."""
    with ThreadPool(max(1, count)) as pool:
        try:
            yield pool
        finally:
            pool.terminate()
            pool.join()
