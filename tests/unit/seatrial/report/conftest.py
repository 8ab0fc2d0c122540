"""A release that ended, and the files that its suite and load wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seatrial.analysis.timeline import Sample, write_timeline
from seatrial.release.record import Change, Record, State
from seatrial.report.gather import ReportInput
from seatrial.report.schema import PLACES
from seatrial.results import Artefact, Check
from seatrial.workspace import Workspace

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DIGEST = "sha256:" + "a" * 64
HOSTILE = "<script>alert(1)</script>"
PASSED = Check(name="It answers.", passed=True, detail="0.01 s")
Ended = Callable[..., ReportInput]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty checkout."""
    return Workspace(tmp_path / "checkout", "dev")


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """A directory with one photo."""
    Image.new("RGB", (640, 480), "orange").save(tmp_path / "cup.jpg")
    return tmp_path


@pytest.fixture
def ended(workspace: Workspace) -> Ended:
    """Return a function that makes the report input of a release with these states, ten seconds each."""

    def make(*states: State, error: Any = None, why: str = "", **fields: Any) -> ReportInput:
        record = record_of(states, why, **fields)
        began = record.model_copy(update={"history": record.history[:-1] or record.history})
        source = ReportInput(workspace, began, record, "trial", 1000, error)
        write_files(source)
        return source

    return make


def record_of(states: tuple[State, ...], why: str = "", **fields: Any) -> Record:
    """Return the record of a release with these states; `why` is the detail of the last one."""
    history = tuple(
        Change(state=state, at=BEGAN + timedelta(seconds=10 * n), by="ann@laptop/7", detail="")
        for n, state in enumerate(states)
    )
    history = (*history[:-1], history[-1].model_copy(update={"detail": why}))
    known = {
        "number": 2,
        "release": "trial-2",
        "environment": "trial",
        "slot": "green",
        "reference": f"registry.test:5000/classifier@{DIGEST}",
        "model": Artefact(name="net", version="1.0.0", digest=DIGEST),
        "golden_digest": DIGEST,
        "revision": "c0ffee-dirty",
        "working_state": "tree",
        "lock_digest": DIGEST,
        "suite": "c0ffee",
        "previous": "trial-1",
        "verdicts": (PASSED,),
        "history": history,
    }
    return Record.model_validate({**known, **fields})


def write_files(source: ReportInput, label: str = "espresso") -> None:
    """Write the suite's reports and the timelines of both places."""
    source.folder.mkdir(parents=True, exist_ok=True)
    photo = {"photo": "cup.jpg", "expected": "espresso", "min_probability": 0.5}
    body = {"checks": [], "golden": [{**photo, "label": label, "probability": 0.9, "ms": 3}]}
    begin = BEGAN.timestamp()
    for place, start in zip(PLACES, (2, 21), strict=True):
        source.suite(place).write_text(json.dumps(body))
        junit = f"<testsuite><!-- {source.workspace.root}/tests --></testsuite>"
        source.suite(place).with_suffix(".xml").write_text(junit)
        samples = [Sample(begin + start + n / 5, 10 + n, 200, "trial-2", ok=True) for n in range(30)]
        write_timeline(source.folder / f"{place}-timeline.jsonl", samples)
