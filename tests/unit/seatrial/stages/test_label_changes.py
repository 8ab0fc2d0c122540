"""A model whose labels changed is refused by validate and update, unless a person accepts the change."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from colours import LABELS, write_model
from samples import keep_red, write_golden
from seatrial.errors import RefusedError, UsageError
from seatrial.model.locks.lock import LabelAcceptance, read_lock, write_lock
from seatrial.results import Check
from seatrial.settings import Settings
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.stages.update import channel_model, update
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace

SWAPPED = ("red", "blue", "green")
BEFORE = "labels: as in the model locked before"


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """The directory of a golden set with one photo, of the class that keeps its label."""
    write_golden(tmp_path / "golden")
    keep_red(tmp_path / "golden")
    return tmp_path / "golden"


@pytest.fixture
def committed(published: Workspace) -> Workspace:
    """The workspace with model 1.0.0 locked in a commit."""
    git = ["git", "-C", str(published.root), "-c", "user.name=A", "-c", "user.email=a@seatrial.test"]
    subprocess.run([*git, "add", "model.lock"], check=True, timeout=60)
    subprocess.run([*git, "commit", "-q", "-m", "Lock the model"], check=True, timeout=60)
    return replace(published)


def publish_labels(settings: Settings, workspace: Workspace, labels: tuple[str, ...]) -> None:
    """Publish a version 1.1.0 of the model with other labels."""
    folder = workspace.root.parent / "next"
    write_model(folder, labels, version="1.1.0")
    publish(settings, workspace, model=folder)


def validated(settings: Settings, workspace: Workspace, accept_labels: str = "") -> dict[str, Check]:
    """Fetch and validate what the lock names and return the checks by name."""
    fresh = replace(workspace)
    fresh.write_result(fetch(settings, fresh))
    report = validate(settings, replace(workspace), accept_labels=accept_labels)
    return {check.name: check for check in report.verdicts}


def test_labels_that_no_golden_photo_shows_are_compared(settings: Settings, committed: Workspace) -> None:
    """Two labels are swapped, every golden photo is right: `update` refuses the model and keeps the lock."""
    publish_labels(settings, committed, SWAPPED)
    with pytest.raises(RefusedError, match="labels: as in the model locked before") as raised:
        update(settings, committed)
    assert "2 moved; 'blue' from line 3 to 2" in raised.value.log
    assert "--accept-labels" in raised.value.hint
    assert read_lock(committed.lock).model.version == "1.0.0"


def test_an_accepted_change_is_in_the_lock_and_passes(settings: Settings, committed: Workspace) -> None:
    """The lock has both digests, the person and the reason; `validate` without the option then passes."""
    publish_labels(settings, committed, SWAPPED)
    committed.git("config", "user.email", "scientist@seatrial.test")
    assert update(settings, committed, accept_labels="they were exchanged by mistake").changed
    accepted = read_lock(committed.lock).labels
    assert accepted
    assert (accepted.by, accepted.reason) == ("scientist@seatrial.test", "they were exchanged by mistake")
    detail = validated(settings, committed)[BEFORE].detail
    assert detail.startswith("accepted by scientist@seatrial.test: they were exchanged by mistake; 2 moved")


def test_validate_accepts_too(settings: Settings, committed: Workspace) -> None:
    """Where the lock was moved by hand, `validate --accept-labels` writes the acceptance."""
    publish_labels(settings, committed, SWAPPED)
    before = read_lock(committed.lock)
    update(settings, committed, accept_labels="first")
    write_lock(committed.lock, read_lock(committed.lock).model_copy(update={"labels": None}))
    with pytest.raises(RefusedError, match="labels: as in"):
        validated(settings, committed)
    assert validated(settings, committed, "second")[BEFORE].passed
    accepted = read_lock(committed.lock).labels
    assert accepted
    assert accepted.reason == "second"
    assert before.labels is None


def test_an_acceptance_of_other_labels_does_not_count(settings: Settings, committed: Workspace) -> None:
    """It is for two label files, by their digests."""
    publish_labels(settings, committed, SWAPPED)
    other = LabelAcceptance(old=(f"sha256:{'0' * 64}",), new=f"sha256:{'1' * 64}", by="a", reason="b")
    write_lock(committed.lock, read_lock(committed.lock).model_copy(update={"labels": other}))
    with pytest.raises(RefusedError, match="labels: as in"):
        update(settings, committed)


def test_an_acceptance_needs_a_reason(settings: Settings, committed: Workspace) -> None:
    """A blank reason or one of several lines is wrong usage."""
    publish_labels(settings, committed, SWAPPED)
    for reason in (" ", "one\ntwo"):
        with pytest.raises(UsageError, match="not a line of text"):
            update(settings, committed, accept_labels=reason)


def test_the_same_labels_need_no_acceptance(settings: Settings, committed: Workspace) -> None:
    """With the option as well, the lock then has no acceptance, and the report has the covered classes."""
    publish_labels(settings, committed, LABELS)
    assert update(settings, committed, accept_labels="in case").changed
    assert read_lock(committed.lock).labels is None
    checks = validated(settings, committed)
    assert checks[BEFORE].detail == "the same 3 labels"
    assert checks["labels: classes with a photo"].detail == "1 of 3 (33.3%); the others are not tested"


def test_another_model_is_not_compared(settings: Settings, committed: Workspace) -> None:
    """The labels of a model of another name are not judged, and the report has the reason."""
    lock = read_lock(committed.lock)
    other = lock.model.model_copy(update={"name": "flowers", "digest": f"sha256:{'2' * 64}"})
    write_lock(committed.lock, lock.model_copy(update={"model": other}))
    committed.git("-c", "user.name=A", "-c", "user.email=a@b.test", "commit", "-qam", "Lock another model")
    write_lock(committed.lock, lock)
    check = validated(settings, committed)[BEFORE]
    assert check.status == "not judged"
    assert check.reason == "because flowers 1.0.0 is another model"


def test_a_model_between_two_versions_hides_no_change(settings: Settings, committed: Workspace) -> None:
    """Where another model was locked in between, the labels must be those of the model's own last version."""
    publish_labels(settings, committed, SWAPPED)
    lock = read_lock(committed.lock)
    other = lock.model.model_copy(update={"name": "flowers", "digest": f"sha256:{'2' * 64}"})
    write_lock(committed.lock, lock.model_copy(update={"model": other}))
    committed.git("-c", "user.name=A", "-c", "user.email=a@b.test", "commit", "-qam", "Lock another model")
    newest = channel_model(settings, "colours")
    write_lock(committed.lock, lock.model_copy(update={"model": newest}))
    with pytest.raises(RefusedError, match="labels: as in the model locked before"):
        validated(settings, committed)
