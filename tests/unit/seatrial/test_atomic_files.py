"""Atomic writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.atomic_files import temporary_directory, temporary_file, write_atomically


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
