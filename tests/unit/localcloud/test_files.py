"""The cache directory, atomic writes, and locks."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from localcloud.atomic import write_atomically
from localcloud.cache import cache_directory
from localcloud.errors import LocalcloudError
from localcloud.locks import exclusive


def test_the_cache_directory_follows_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEATRIAL_CACHE comes first, then XDG_CACHE_HOME, then ~/.cache."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEATRIAL_CACHE", "~/own")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_directory() == tmp_path / "own"
    monkeypatch.delenv("SEATRIAL_CACHE")
    assert cache_directory() == tmp_path / "xdg" / "seatrial"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory() == tmp_path / ".cache" / "seatrial"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """A write that fails changes nothing, and removes the temporary file."""
    path = tmp_path / "file"
    write_atomically(path, "old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")

    assert path.read_text() == "old"
    assert list(tmp_path.glob("*")) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_lock_that_stays_held_is_an_error(tmp_path: Path) -> None:
    """The error after the deadline names what the holder does, and the lock file."""
    path, errors = tmp_path / "locks" / "x.lock", []

    def second() -> None:
        try:
            with exclusive(path, "building x", seconds=0.1):
                pass
        except LocalcloudError as error:
            errors.append(error)

    with exclusive(path, "building x"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(5)

    assert [error.message for error in errors] == ["Another command has been building x for 0.1 s"]
    assert str(path) in errors[0].hint
