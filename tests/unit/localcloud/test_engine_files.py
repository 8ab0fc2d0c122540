"""The engine's files after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.engine.paths import EnginePaths
from localcloud.engine.teardown import _remove_files


@pytest.fixture
def paths(tmp_path: Path) -> EnginePaths:
    """Return paths with the files of an engine that has run."""
    made = EnginePaths(tmp_path / "engine", tmp_path / "docker.sock", tmp_path / "run")
    for directory in (made.data / "overlay2", made.exec_root):
        directory.mkdir(parents=True)
    (made.root / "dockerd.log").write_text("ready")
    return made


def test_no_file_is_left(paths: EnginePaths) -> None:
    """Without `keep_images` no file of the engine is left."""
    _remove_files(paths, keep_images=False)
    assert not paths.root.exists()
    assert not paths.exec_root.exists()


def test_the_data_directory_can_be_kept(paths: EnginePaths) -> None:
    """With `keep_images` only the data directory is left."""
    _remove_files(paths, keep_images=True)
    assert list(paths.root.iterdir()) == [paths.data]
    assert (paths.data / "overlay2").is_dir()
    assert not paths.exec_root.exists()
