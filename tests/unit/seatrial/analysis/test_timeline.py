"""Requests written down, and a live_probe that never judges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagemodel.golden import load_golden
from memory_environments import Environments, environments_of
from seatrial.analysis.timeline import Sample, folder_of, read_timeline, write_timeline
from seatrial.release.live_probe import live_probe
from seatrial.release.target import open_target
from seatrial.settings import load
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout of its own."""
    (tmp_path / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    (tmp_path / "model.lock").write_bytes((ROOT / "model.lock").read_bytes())
    return Workspace(tmp_path, "dev")


@pytest.fixture
def environments(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environments]:
    """Staging and production, in memory."""
    with environments_of(load(workspace), monkeypatch) as found:
        yield found


def test_a_timeline_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """In the order of asking, one JSON object a line."""
    late, early = Sample(2.0, 5.0, 200, "b", ok=True), Sample(1.0, 7.5, 0, "", ok=False, why="refused")
    write_timeline(tmp_path / "x" / "t.jsonl", [late, early])
    assert read_timeline(tmp_path / "x" / "t.jsonl") == [early, late]
    first = json.loads((tmp_path / "x" / "t.jsonl").read_text().splitlines()[0])
    assert set(first) == {"t", "ms", "status", "release", "ok", "why", "connection"}


def test_lines_that_are_no_answer_are_left_out(tmp_path: Path) -> None:
    """A file that was cut off, or is not there, breaks nothing."""
    write_timeline(tmp_path / "t.jsonl", [Sample(1.0, 7.5, 200, "a", ok=True)])
    with (tmp_path / "t.jsonl").open("a") as file:
        file.write('{"t": 3}\n[]\n{"t": 4, "ms"')
    assert len(read_timeline(tmp_path / "t.jsonl")) == 1
    assert read_timeline(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("previous", ["", "staging-1"])
def test_where_nothing_is_live_nobody_is_asked(
    environments: Environments, workspace: Workspace, previous: str
) -> None:
    """A first release, or a live address that is not known: the release goes on without a live_probe."""
    record = environments.release("staging", 2, "a", previous=previous)
    with live_probe(open_target(environments.settings, workspace, "staging"), record):
        pass
    assert not folder_of(workspace, record.release).exists()


def test_a_long_bake_is_watched_to_its_end(
    environments: Environments, workspace: Workspace, golden: Path
) -> None:
    """However long the window, there are requests enough for all of it; a preview's are bounded."""
    settings = environments.settings
    staging = settings.environment("staging").model_copy(update={"bake_seconds": 3 * 3600.0})
    long = settings.model_copy(update={"environments": {**settings.environments, "staging": staging}})
    target = open_target(long, workspace, "staging")
    photos = load_golden(golden)
    bake = target.watcher("http://127.0.0.1:1", photos, "staging-1", "staging.test")
    assert bake.limit > bake.planned == 3 * 3600 * staging.load_per_second
    assert target.watcher("http://127.0.0.1:1", photos, "staging-1").limit == 20_000
