"""build refuses before it builds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.results import Artefact, Check, ValidateResult
from seatrial.settings import Settings
from seatrial.stages.build import build, local_tag
from seatrial.stages.fetch import fetch
from seatrial.workspace import Workspace


@pytest.fixture
def fetched(settings: Settings, published: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a fetched model, and an engine address where nobody listens."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{published.root}/no-engine.sock")
    published.write_result(fetch(settings, published))
    return published


def report(settings: Settings, workspace: Workspace, *, passed: bool = True, digest: str = "") -> None:
    """Write validate's report on the fetched model, or on another."""
    found = fetch(settings, workspace)
    model = Artefact(name=found.model.name, version="9", digest=digest) if digest else found.model
    workspace.write_result(
        ValidateResult(
            working_state=workspace.working_state,
            revision=workspace.revision,
            lock_digest=workspace.lock_digest,
            started=datetime.now(UTC),
            seconds=0,
            model=model,
            golden=found.golden,
            passed=passed,
            verdicts=(Check(name="golden: cat.png", passed=passed, detail=""),),
        )
    )


def test_model_without_a_report(settings: Settings, fetched: Workspace) -> None:
    """Nobody judged it: nothing is built."""
    with pytest.raises(UsageError, match="validate has not run"):
        build(settings, fetched, {})


def test_model_that_did_not_pass(settings: Settings, fetched: Workspace) -> None:
    """The promise that was broken is named."""
    report(settings, fetched, passed=False)
    with pytest.raises(RefusedError, match=r"did not pass: golden: cat\.png"):
        build(settings, fetched, {})


def test_report_of_another_model(settings: Settings, fetched: Workspace) -> None:
    """A report on one model says nothing of another."""
    report(settings, fetched, digest="sha256:0")
    with pytest.raises(RefusedError, match="of another model"):
        build(settings, fetched, {})


def test_model_changed_since_it_was_fetched(settings: Settings, fetched: Workspace) -> None:
    """The model's bytes are read again: what was judged is what is built."""
    report(settings, fetched)
    next(fetched.cache.glob("models/*/labels.txt")).write_text("red\nblue\ngreen\n")
    with pytest.raises(RefusedError, match="not whole"):
        build(settings, fetched, {})


def test_no_engine(settings: Settings, fetched: Workspace) -> None:
    """Without an engine: one line, the cure, and no image named."""
    report(settings, fetched)
    with pytest.raises(OutsideError, match="engine does not answer") as error:
        build(settings, fetched, {})
    assert error.value.hint
    assert not (fetched.directory / "run/build.json").exists()


def test_tag_names_one_image_and_one_working_state() -> None:
    """Another image or another working state is another tag."""
    assert local_tag(f"sha256:{'a' * 64}", "b" * 40) == f"{'b' * 12}-{'a' * 12}"


def test_no_model_in_sight(settings: Settings, workspace: Workspace, tmp_path: Path) -> None:
    """Before fetch there is nothing to build."""
    with pytest.raises(UsageError, match="fetch has not run"):
        build(settings, workspace, {})
