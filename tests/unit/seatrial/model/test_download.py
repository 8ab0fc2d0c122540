"""Download of an artefact's files: continued after an interruption, verified, with nothing left behind."""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from imagemodel.card import FileEntry
from samples import make_settings
from seatrial.errors import RefusedError
from seatrial.model.published import partial_copy as partial_copies
from seatrial.model.published.download import Download, ranges_of
from seatrial.model.published.partial_copy import KEPT_SECONDS, partial_copy, remove_old_copies
from seatrial.stores.directory import DirectoryStore
from seatrial.stores.pieces import IN_FLIGHT_BYTES, piece_bytes
from seatrial.stores.protocol import StoreUnreachableError

CONNECTIONS = 64
PIECE = piece_bytes(CONNECTIONS)
SIZES = {"large": 5 * PIECE + 123, "other": 2 * PIECE, "small": 10}
DIGEST = "0" * 64


class CountingStore(DirectoryStore):
    """A store in a directory that lists its requests, and does not answer after the first `answers`."""

    def __init__(self, folder: Path, answers: int = 1000) -> None:
        super().__init__(make_settings(url=folder.as_uri()).store)
        self.requests: list[tuple[str, int]] = []
        self.answers = answers

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a range."""
        self.requests.append((key, start))
        if len(self.requests) > self.answers:
            raise StoreUnreachableError("the store does not answer")
        return super().read_range(key, start, length)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, FileEntry]:
    """Random files in the store, and their entries."""
    (tmp_path / "store").mkdir()
    found = {}
    for name, size in SIZES.items():
        content = random.Random(name).randbytes(size)
        (tmp_path / "store" / name).write_bytes(content)
        found[name] = FileEntry(hashlib.sha256(content).hexdigest(), size)
    return found


def fetch(tmp_path: Path, files: dict[str, FileEntry], store: CountingStore, connections: int = 1) -> int:
    """Download the files to the directory `whole`, and return the number of bytes received."""
    with partial_copy(tmp_path / "cache", DIGEST) as copy:
        # By default one connection, so that the requests have an order.
        download = Download(store, copy, str, range_bytes=PIECE)
        download.run(files, connections, lambda _: None)
        copy.files.rename(tmp_path / "whole")
    return download.received


def left(tmp_path: Path) -> list[str]:
    """Return what is in the cache."""
    return [path.name for path in (tmp_path / "cache").iterdir()]


def require_whole(tmp_path: Path, files: dict[str, FileEntry]) -> None:
    """Require that the files were downloaded unchanged, and nothing else is there."""
    assert {path.name for path in (tmp_path / "whole").iterdir()} == set(files)
    for name in files:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "store" / name).read_bytes()
    assert left(tmp_path) == []


@pytest.mark.parametrize("answers", range(10))
def test_an_interrupted_download_is_continued(
    tmp_path: Path, files: dict[str, FileEntry], answers: int
) -> None:
    """The next download requests the ranges that are not on disk, and no others."""
    first, second = CountingStore(tmp_path / "store", answers), CountingStore(tmp_path / "store")
    with suppress(StoreUnreachableError):
        fetch(tmp_path, files, first)
    if not (tmp_path / "whole").exists():
        received = fetch(tmp_path, files, second)
        parts = [part for name in files for part in ranges_of(name, files[name].size, PIECE)]
        assert second.requests == [(part.name, part.start) for part in parts[answers:]]
        assert received == sum(part.length for part in parts[answers:])
    require_whole(tmp_path, files)


def test_a_range_that_changed_on_disk_is_downloaded_again(
    tmp_path: Path, files: dict[str, FileEntry]
) -> None:
    """After a crash of the machine a listed range may have other bytes; its file is downloaded again."""
    with pytest.raises(StoreUnreachableError):
        fetch(tmp_path, files, CountingStore(tmp_path / "store", 7))
    (partial,) = (tmp_path / "cache").iterdir()
    with (partial / "files" / "large").open("r+b") as file:
        file.seek(PIECE + 5)
        file.write(b"crash")
    assert fetch(tmp_path, files, CountingStore(tmp_path / "store")) >= files["large"].size
    require_whole(tmp_path, files)


@pytest.mark.parametrize("damage", ["changed", "shorter", "longer", "empty", "missing a range"])
@pytest.mark.parametrize("name", list(SIZES))
def test_a_damaged_blob_is_refused_and_nothing_remains(
    tmp_path: Path, files: dict[str, FileEntry], name: str, damage: str
) -> None:
    """A blob that is not what the list names ends the download, also a continued one."""
    with pytest.raises(StoreUnreachableError):
        fetch(tmp_path, files, CountingStore(tmp_path / "store", 1))
    blob = tmp_path / "store" / name
    content = blob.read_bytes()
    changed = content[:-1] + bytes([content[-1] ^ 1])
    shorter, longer = content[:-1], content + b"x"
    blob.write_bytes(
        {"changed": changed, "shorter": shorter, "longer": longer, "empty": b""}.get(damage, content[:-PIECE])
    )
    with pytest.raises(RefusedError, match="digest mismatch"):
        fetch(tmp_path, files, CountingStore(tmp_path / "store"), connections=8)
    assert left(tmp_path) == []


def interrupt(tmp_path: Path, name: str) -> Path:
    """Interrupt a download that has written a file, and return the directory of the partial copy."""
    with suppress(KeyboardInterrupt), partial_copy(tmp_path / "cache", DIGEST) as copy:
        (copy.files / name).write_text("x")
        raise KeyboardInterrupt
    return copy.files.parent


def test_files_of_another_list_are_removed(tmp_path: Path, files: dict[str, FileEntry]) -> None:
    """`keep_only` removes what an earlier version of the program wrote under the same digest."""
    interrupt(tmp_path, "stranded")
    with partial_copy(tmp_path / "cache", DIGEST) as copy:
        copy.keep_only(set(files))
        assert list(copy.files.iterdir()) == []


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Path]:
    """The directory of a partial copy that another process uses."""
    directory = tmp_path / "cache" / f".{DIGEST}.partial"
    directory.mkdir(parents=True)
    descriptor = os.open(directory, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield directory
    os.close(descriptor)


def test_a_copy_that_another_process_uses_is_left_alone(
    tmp_path: Path, files: dict[str, FileEntry], used: Path
) -> None:
    """A second download of the same artefact has a copy of its own, and removes only that."""
    fetch(tmp_path, files, CountingStore(tmp_path / "store"))
    os.utime(used, (0, 0))
    remove_old_copies(used.parent)
    assert left(tmp_path) == [used.name]
    assert list(used.iterdir()) == []


def test_an_old_copy_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that no download has continued for a day is removed by the next of any artefact."""
    partial = interrupt(tmp_path, "file")
    remove_old_copies(tmp_path / "cache")
    assert left(tmp_path) == [partial.name]
    later = partial.stat().st_mtime + KEPT_SECONDS + 1
    monkeypatch.setattr(partial_copies.time, "time", lambda: later)
    remove_old_copies(tmp_path / "cache")
    assert left(tmp_path) == []


@pytest.mark.parametrize("connections", [1, 8, 64])
def test_memory_is_bounded(tmp_path: Path, connections: int) -> None:
    """A download of 96 MiB holds at most the bytes in flight, however many connections there are."""
    (tmp_path / "store").mkdir()
    with (tmp_path / "store" / "big").open("wb") as file:
        file.truncate(96 << 20)
    with (tmp_path / "store" / "big").open("rb") as file:
        files = {"big": FileEntry(hashlib.file_digest(file, "sha256").hexdigest(), 96 << 20)}
    tracemalloc.start()
    with partial_copy(tmp_path / "cache", DIGEST) as copy:
        Download(CountingStore(tmp_path / "store"), copy, str).run(files, connections, lambda _: None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < max(IN_FLIGHT_BYTES, 64 * PIECE) + (8 << 20)
