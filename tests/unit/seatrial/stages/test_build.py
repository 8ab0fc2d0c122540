"""The cases that build refuses before it starts the builder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagemodel.card import load_card
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.labels import image_labels
from seatrial.results import Artefact, Check, ValidateResult
from seatrial.settings import Image, Settings
from seatrial.stages.build import build, local_tag
from seatrial.stages.fetch import fetch
from seatrial.workspace import Workspace


@pytest.fixture
def fetched(settings: Settings, published: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a fetched model, and a DOCKER_HOST that does not exist."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{published.root}/no-engine.sock")
    published.write_result(fetch(settings, published))
    return published


def report(settings: Settings, workspace: Workspace, *, passed: bool = True, digest: str = "") -> None:
    """Write a validation report of the fetched model, or of another one."""
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


def test_a_model_without_a_report_is_not_built(settings: Settings, fetched: Workspace) -> None:
    """Validate must have run."""
    with pytest.raises(UsageError, match="validate has not run"):
        build(settings, fetched, {})


def test_a_failed_model_is_refused(settings: Settings, fetched: Workspace) -> None:
    """The error names the failed check."""
    report(settings, fetched, passed=False)
    with pytest.raises(RefusedError, match=r"failed: golden: cat\.png"):
        build(settings, fetched, {})


def test_a_report_of_another_evaluation_set_is_refused(settings: Settings, fetched: Workspace) -> None:
    """A model that was judged on other photos has not passed the gate of this lock."""
    report(settings, fetched)
    found = fetched.read_result(ValidateResult)
    other = Artefact(name="other", version="1", digest="sha256:" + "0" * 64)
    fetched.write_result(found.model_copy(update={"evaluation": other}))
    with pytest.raises(RefusedError, match="another model, golden set or evaluation set"):
        build(settings, fetched, {})


def test_a_report_of_another_model_is_refused(settings: Settings, fetched: Workspace) -> None:
    """The report must be of the fetched model and golden set."""
    report(settings, fetched, digest="sha256:0")
    with pytest.raises(RefusedError, match="of another model"):
        build(settings, fetched, {})


def test_a_model_changed_after_the_fetch_is_refused(settings: Settings, fetched: Workspace) -> None:
    """The files of the model are verified again before the build."""
    report(settings, fetched)
    next(fetched.cache.glob("models/*/labels.txt")).write_text("red\nblue\ngreen\n")
    with pytest.raises(RefusedError, match="is damaged"):
        build(settings, fetched, {})


def test_a_missing_engine_is_an_error(settings: Settings, fetched: Workspace) -> None:
    """The error has a hint, and no result is written."""
    report(settings, fetched)
    with pytest.raises(OutsideError, match="engine does not answer") as error:
        build(settings, fetched, {})
    assert error.value.hint
    assert not (fetched.directory / "run/build.json").exists()


def test_the_tag_has_working_state_and_image_id() -> None:
    """Another image or another working state gives another tag."""
    assert local_tag(f"sha256:{'a' * 64}", "b" * 40) == f"{'b' * 12}-{'a' * 12}"


def test_build_before_fetch_is_wrong_usage(settings: Settings, workspace: Workspace, tmp_path: Path) -> None:
    """The error names the stage to run first."""
    with pytest.raises(UsageError, match="fetch has not run"):
        build(settings, workspace, {})


def test_a_malformed_base_image_is_wrong_usage(settings: Settings, fetched: Workspace) -> None:
    """The setting is read before the engine is used."""
    report(settings, fetched)
    with pytest.raises(UsageError, match="no valid digest"):
        build(settings.model_copy(update={"image": Image(base="python:3@sha256:1")}), fetched, {})


@pytest.mark.parametrize(("digest", "state"), [("", "not pinned"), (f"sha256:{'a' * 64}", "pinned")])
def test_the_labels_show_whether_the_base_image_is_pinned(
    settings: Settings, fetched: Workspace, digest: str, state: str
) -> None:
    """The name has no digest, and the digest is a label of its own, if there is one."""
    result = fetch(settings, fetched)
    base = f"python:3.13@{digest}" if digest else "python:3.13"
    changed = settings.model_copy(update={"image": Image(base=base)})
    labels = image_labels(changed, fetched, load_card(Path(result.model_path)), result, "2026")
    assert labels["org.opencontainers.image.base.name"] == "python:3.13"
    assert labels.get("org.opencontainers.image.base.digest", "") == digest
    assert labels["io.seatrial.base"] == state
