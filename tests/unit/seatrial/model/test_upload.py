"""Upload of an artefact's files."""

from __future__ import annotations

import hashlib
import threading
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest

from imagemodel.card import FileEntry
from samples import make_settings
from seatrial.errors import RefusedError
from seatrial.model.published import upload
from seatrial.model.published.upload import FileUpload
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore, Progress, StoreUnreachableError

CONNECTIONS = 4
FILES = 40


class CountingStore:
    """A store that counts how many files are written at the same time; the first ones wait for each other."""

    def __init__(self, store: BlobStore) -> None:
        self.url = store.url
        self._store = store
        self._lock, self._first = threading.Lock(), threading.Barrier(CONNECTIONS)
        self.writing = self.most = self.begun = 0

    def __getattr__(self, name: str) -> object:
        """Return what the store itself has."""
        return getattr(self._store, name)

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a blob."""
        with self._lock:
            self.begun += 1
            self.writing += 1
            self.most = max(self.most, self.writing)
            waits = self.begun <= CONNECTIONS
        if waits:
            self._first.wait(30)
        created = self._store.create(key, source, progress)
        with self._lock:
            self.writing -= 1
        return created


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    """A store in a directory."""
    return open_store(make_settings(url=(tmp_path / "store").as_uri()).store)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, FileEntry]:
    """The entries of many small files, which are in the directory `files`."""
    (tmp_path / "files").mkdir()
    entries = {}
    for number in range(FILES):
        raw = b"x" * (number + 1)
        (tmp_path / "files" / f"{number}.png").write_bytes(raw)
        entries[f"{number}.png"] = FileEntry(hashlib.sha256(raw).hexdigest(), len(raw))
    return entries


def run(store: BlobStore, tmp_path: Path, files: dict[str, FileEntry]) -> tuple[bool, int]:
    """Upload the files; return whether none was there, and the number of bytes that were reported."""
    sent: list[int] = []
    done = FileUpload(store, tmp_path / "files", "version/{}".format, CONNECTIONS).run(files, sent.append)
    return done, sum(sent)


def test_small_files_are_sent_in_parallel(
    store: BlobStore, tmp_path: Path, files: dict[str, FileEntry]
) -> None:
    """As many files as there are connections are written at a time, and all bytes are reported."""
    counting = CountingStore(store)
    assert run(counting, tmp_path, files) == (True, sum(entry.size for entry in files.values()))
    assert counting.most == CONNECTIONS
    written = {path.name: path.read_bytes() for path in (tmp_path / "store" / "version").iterdir()}
    assert written == {name: (tmp_path / "files" / name).read_bytes() for name in files}


def test_large_files_are_sent_one_after_the_other(
    store: BlobStore, tmp_path: Path, files: dict[str, FileEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that the store sends in pieces by itself does not share the connections with another."""
    monkeypatch.setattr(upload, "piece_bytes", lambda _: 0)
    counting = CountingStore(store)
    counting.begun = CONNECTIONS
    assert run(counting, tmp_path, files) == (True, sum(entry.size for entry in files.values()))
    assert counting.most == 1


def test_files_that_are_there_are_not_sent_again(
    store: BlobStore, tmp_path: Path, files: dict[str, FileEntry]
) -> None:
    """After an interruption the others are sent; the result is that some were there."""
    (tmp_path / "store" / "version").mkdir(parents=True)
    (tmp_path / "store" / "version" / "3.png").write_bytes(b"xxxx")
    assert run(store, tmp_path, files) == (False, sum(entry.size for entry in files.values()))
    assert len(list((tmp_path / "store" / "version").iterdir())) == FILES


def test_other_bytes_of_one_file_are_refused(
    store: BlobStore, tmp_path: Path, files: dict[str, FileEntry]
) -> None:
    """A file of another publisher is named."""
    (tmp_path / "store" / "version").mkdir(parents=True)
    (tmp_path / "store" / "version" / "3.png").write_bytes(b"yyyy")
    with pytest.raises(RefusedError, match=r"version/3\.png exists with other bytes"):
        run(store, tmp_path, files)


@pytest.mark.parametrize("error", [StoreUnreachableError("gone"), KeyboardInterrupt()])
def test_error_of_one_file_ends_the_upload(
    store: BlobStore, tmp_path: Path, files: dict[str, FileEntry], error: BaseException
) -> None:
    """Whatever ends one of the workers, the upload ends with it and begins no other file."""

    class FailingStore(CountingStore):
        def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
            if key.endswith("/7.png"):
                raise error
            return store.create(key, source, progress)

    with pytest.raises(type(error)):
        run(FailingStore(store), tmp_path, files)


def test_no_file_is_being_written_after_an_error(
    store: BlobStore, tmp_path: Path, files: dict[str, FileEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory would keep the temporary file of a worker that the end of the process stops."""
    writing, waited_for, written = threading.Event(), threading.Event(), threading.Event()
    join = ThreadPool.join
    monkeypatch.setattr(ThreadPool, "join", lambda pool: (waited_for.set(), join(pool)))

    class FailingStore(CountingStore):
        def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
            if key.endswith("/0.png"):
                writing.wait(30)
                raise StoreUnreachableError("gone")
            writing.set()
            waited_for.wait(30)
            created = store.create(key, source, progress)
            written.set()
            return created

    with pytest.raises(StoreUnreachableError):
        run(FailingStore(store), tmp_path, files)
    assert written.is_set()
    assert not list((tmp_path / "store" / "version").glob(".*.part"))
