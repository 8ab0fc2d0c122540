"""Atomic writes."""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path

import pytest

from seatrial.atomic_files import remove_abandoned, temporary_directory, temporary_file, write_atomically


def test_a_file_is_written_with_its_mode(tmp_path: Path) -> None:
    """The directory is created, and the file has the text and the mode."""
    target = tmp_path / "run" / "x.json"
    write_atomically(target, "ä", 0o600)
    assert target.read_text(encoding="utf-8") == "ä"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    """An error in the middle of writing leaves the old file and no temporary one."""
    target = tmp_path / "x.json"
    write_atomically(target, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(target, "new \ud800")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_temporary_paths_are_removed_unless_renamed(tmp_path: Path) -> None:
    """A temporary file and directory do not outlast the block; a renamed one stays."""
    with temporary_file(tmp_path) as file, temporary_directory(tmp_path) as directory:
        (directory / "x").write_text("x")
        assert file.parent == directory.parent == tmp_path
    assert list(tmp_path.iterdir()) == []
    with temporary_directory(tmp_path) as directory:
        directory.rename(tmp_path / "kept")
    assert (tmp_path / "kept").is_dir()


def leave_behind(directory: Path) -> None:
    """Make the temporary file and the temporary directory of a process that was killed."""
    (directory / ".abcdefg1.part").write_text("half")
    (directory / ".abcdefg2.part").mkdir()
    (directory / ".abcdefg2.part" / "model.onnx").write_text("half")


def test_the_next_write_removes_what_a_killed_process_left(tmp_path: Path) -> None:
    """Unlocked temporary paths are removed; files of other programs stay."""
    leave_behind(tmp_path)
    (tmp_path / ".movie.part").write_text("kept")
    write_atomically(tmp_path / "x.json", "x")
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", ".movie.part"}


def test_temporary_paths_in_use_stay(tmp_path: Path) -> None:
    """Those of a running process are locked, so that another writer leaves them."""
    with temporary_file(tmp_path) as file, temporary_directory(tmp_path) as directory:
        remove_abandoned(tmp_path)
        assert file.exists()
        assert directory.exists()


def test_without_locks_nothing_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without locks files are written as usual, and no path is taken for abandoned."""

    def unsupported(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    leave_behind(tmp_path)
    monkeypatch.setattr(fcntl, "flock", unsupported)
    write_atomically(tmp_path / "x.json", "x")
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", ".abcdefg1.part", ".abcdefg2.part"}
