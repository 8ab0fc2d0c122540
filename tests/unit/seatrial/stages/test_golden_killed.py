"""golden that is killed at steps of its work: the set is absent or whole, and the next run completes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from imagemodel.golden import load_golden
from killable_stages import run_golden
from killed_process import Killer, killer
from seatrial.model.photo_sets.create import SetRequest
from seatrial.workspace import Workspace


@pytest.fixture(scope="module")
def killing() -> Iterator[Killer]:
    """A server of killed processes that has loaded the stages."""
    with killer("killable_stages") as server:
        yield server


def test_killed_golden_leaves_no_half_of_a_set(
    killing: Killer, workspace: Workspace, set_request: SetRequest, tmp_path: Path
) -> None:
    """A directory that is there has every listed photo, and the next run removes what was left."""
    for path in set_request.photos.glob("*/30.png"):
        path.unlink()
    sources = {"checkout": workspace.root, "photos": set_request.photos, "model": set_request.model}
    for step in count():
        folder = tmp_path / f"sets-{step}"
        places = {**{name: str(path) for name, path in sources.items()}, "out": str(folder / "golden")}
        if killing.run("killable_stages:run_golden", at=step, within=[folder], **places):
            break
        if (folder / "golden").exists():
            assert len(load_golden(folder / "golden").photos) == 3
        run_golden(**places)
        assert len(load_golden(folder / "golden").photos) == 3
        assert sorted(path.name for path in folder.iterdir()) == ["golden", "golden-review.html"]
    assert step > 8
