"""What an engine of ours leaves on the disk when it is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.engine.home import EngineHome
from localcloud.engine.stop import _remove_files


@pytest.fixture
def home(tmp_path: Path) -> EngineHome:
    """An engine's files, as after a run."""
    made = EngineHome(tmp_path / "engine", tmp_path / "docker.sock", tmp_path / "run")
    for directory in (made.data / "overlay2", made.exec_root):
        directory.mkdir(parents=True)
    (made.root / "dockerd.log").write_text("ready")
    return made


def test_nothing_is_left(home: EngineHome) -> None:
    """Stopped for good, it leaves no file."""
    _remove_files(home, keep_images=False)
    assert not home.root.exists()
    assert not home.exec_root.exists()


def test_images_stay_for_the_next_time(home: EngineHome) -> None:
    """Asked to keep what it built, it leaves its data and nothing else."""
    _remove_files(home, keep_images=True)
    assert list(home.root.iterdir()) == [home.data]
    assert (home.data / "overlay2").is_dir()
    assert not home.exec_root.exists()
