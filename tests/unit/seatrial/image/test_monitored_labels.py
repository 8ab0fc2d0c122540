"""The labels that the app counts by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifier.config import load_config
from classifier.metrics import labels as app
from imagemodel.card import digest_of
from imagemodel.errors import ImageModelError
from imagemodel.seal import canonical_json
from samples import write_evaluation
from seatrial.image import monitored_labels as module
from seatrial.image.context import MONITORED_LABELS, write_context
from seatrial.image.monitored_labels import monitored_labels


@pytest.fixture
def evaluation(tmp_path: Path) -> Path:
    """An evaluation set of two photos of each colour."""
    write_evaluation(tmp_path / "evaluation")
    return tmp_path / "evaluation"


def _digest(directory: Path) -> str:
    return digest_of((directory / "evaluation.json").read_bytes())


def test_they_are_the_labels_of_the_evaluation_set(evaluation: Path, model: Path) -> None:
    """Each label of the evaluation set once, in the model's order and spelling."""
    (model / "labels.txt").write_text("red fox\ngreen\nblue\nnever photographed\n")
    assert monitored_labels(evaluation, _digest(evaluation), model) == ("red fox", "green", "blue")


def test_of_many_labels_those_with_the_most_photos_are_kept(
    evaluation: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A set of more labels than the limit keeps the most frequent ones."""
    monkeypatch.setattr(module, "MAX_LABELS", 2)
    listing = json.loads((evaluation / "evaluation.json").read_text())
    green = next(row for row in listing["photos"] if row["label"] == "green" and "original" in row)
    listing["photos"].remove(green)
    (evaluation / "evaluation.json").write_bytes(canonical_json(listing))
    assert monitored_labels(evaluation, _digest(evaluation), model) == ("red", "blue")


def test_another_evaluation_set_than_the_locked_one_is_refused(evaluation: Path, model: Path) -> None:
    """A changed list of photos does not get into an image."""
    with pytest.raises(ImageModelError):
        monitored_labels(evaluation, "sha256:" + "0" * 64, model)


def test_build_and_app_have_the_same_limit() -> None:
    """The app counts every label that `build` writes."""
    assert module.MAX_LABELS == app.MAX_LABELS


def test_the_app_finds_what_the_context_has(evaluation: Path, model: Path, tmp_path: Path) -> None:
    """The file of the build context is the one that the app reads by default, with the same content."""
    listed = monitored_labels(evaluation, _digest(evaluation), model)
    root, target = tmp_path / "checkout", tmp_path / "context"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "app.txt").touch()
    (root / "Dockerfile").touch()
    target.mkdir()
    write_context(root, model, target, listed[:2])
    default = load_config({}).monitored_labels
    assert default.name == MONITORED_LABELS
    found = target / "layers" / "model" / default.relative_to("/")
    assert app.monitored_labels(found, listed) == frozenset(listed[:2])
