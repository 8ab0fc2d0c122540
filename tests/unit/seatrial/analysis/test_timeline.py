"""Requests written down, and a live_probe that never judges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memory_environments import Environments, make_environments
from seatrial.analysis.timeline import Sample, read_timeline, report_directory, write_timeline
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
def environments(workspace: Workspace) -> Environments:
    """Staging and production, in memory."""
    return make_environments(load(workspace))


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
    with live_probe(
        open_target(environments.settings, workspace, "staging", services=environments.services), record
    ):
        pass
    assert not report_directory(workspace, record.release).exists()
