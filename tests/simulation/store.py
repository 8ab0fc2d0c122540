"""The store as a deployer's process reaches it: latency, lost answers, requests that take effect late."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from seatrial.stores.protocol import BlobStore, Document, StoreUnreachableError
from simulation.process import Call, DeployerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seatrial.stores.protocol import Progress

REQUEST_SECONDS = 5.0


class SimulatedStore:
    """The documents of a world, for one process; a tag is computed from the content, as by S3."""

    url = "s3://simulated"

    def __init__(self, documents: dict[str, bytes], process: DeployerProcess) -> None:
        self._documents = documents
        self._process = process

    def read(self, key: str) -> Document | None:
        """Return a document, or None."""
        self._request(Call("read", "Blob", key))
        found = self._documents.get(key)
        self._process.answered(Call("read", "Blob", key))
        return Document(found, _tag(found)) if found is not None else None

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Replace a document that has this tag."""
        call, process = Call("replace", "Blob", key), self._process
        self._request(call)
        fate = process.fate(call)
        if fate.late:
            at = process.scheduler.now + fate.late
            process.scheduler.at(at, partial(self._arrive_late, key, content, tag))
        done = self._replace(key, content, tag) if fate.arrives and not fate.late else False
        if not fate.answered:
            process.scheduler.wait(REQUEST_SECONDS)
            raise StoreUnreachableError("the answer of the store is lost")
        process.answered(call)
        return done

    def _replace(self, key: str, content: bytes, tag: str | None) -> bool:
        found = self._documents.get(key)
        if (None if found is None else _tag(found)) != tag:
            return False
        self._documents[key] = content
        self._process.story(f"the store has {' '.join(content.decode().split())}")
        return True

    def _arrive_late(self, key: str, content: bytes, tag: str | None) -> None:
        self._replace(key, content, tag)

    def _request(self, call: Call) -> None:
        process = self._process
        process.before(call)
        process.latency()
        if process.machine.golden_missing_until > process.scheduler.now:
            process.scheduler.wait(REQUEST_SECONDS)
            raise StoreUnreachableError("the store does not respond")

    def size(self, key: str) -> int:
        """Raise AssertionError: a release sends no such request."""
        raise AssertionError(key)

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Raise AssertionError: a release sends no such request."""
        raise AssertionError(key, start, length)

    def names(self, prefix: str, page: int = 1000) -> Iterator[str]:
        """Raise AssertionError: a release sends no such request."""
        raise AssertionError(prefix, page)

    def delete(self, key: str) -> None:
        """Raise AssertionError: a release sends no such request."""
        raise AssertionError(key)

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Raise AssertionError: a release sends no such request."""
        raise AssertionError(key, source, progress)


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if TYPE_CHECKING:

    def _check(store: SimulatedStore) -> BlobStore:
        return store
