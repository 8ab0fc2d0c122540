"""What use refuses, with an unchanged model.lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import write_model
from samples import reseal, write_evaluation
from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Settings
from seatrial.stages.use import use
from seatrial.workspace import Workspace


def test_a_model_of_another_name_needs_its_golden_set(
    settings: Settings, published: Workspace, flowers: Path, store: Path
) -> None:
    """The golden set of the locked model is of no use for another; nothing is published."""
    with pytest.raises(UsageError, match=r"model\.lock has no golden set of this model") as raised:
        use(settings, published, model=flowers)
    assert "make use MODEL=dir GOLDEN=dir" in raised.value.hint
    assert not (store / "models" / "flowers").exists()


@pytest.mark.parametrize("labels", [("red", "lime", "blue"), ("green", "red", "blue")])
def test_a_golden_set_of_another_model_is_refused_before_anything_is_published(
    settings: Settings,
    workspace: Workspace,
    golden: Path,
    tmp_path: Path,
    store: Path,
    labels: tuple[str, ...],
) -> None:
    """The message names the photo, its label and the one that the model has there."""
    write_model(tmp_path / "other", labels=labels)
    with pytest.raises(RefusedError, match=r"\.png expects '\w+' at index \d, but .* has \w+ there"):
        use(settings, workspace, model=tmp_path / "other", golden=golden)
    assert not workspace.lock.exists()
    assert not store.exists()


def test_a_set_with_more_classes_than_the_model_is_refused(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, tmp_path: Path
) -> None:
    """An index past the last label has no label; the evaluation set is checked too."""
    write_evaluation(tmp_path / "many")
    text = (tmp_path / "many" / "evaluation.json").read_text()
    (tmp_path / "many" / "evaluation.json").write_text(text.replace('"index": 2', '"index": 7'))
    with pytest.raises(RefusedError, match=r"at index 7, but .* has none there, of 3 labels"):
        use(settings, workspace, model=model, golden=golden, evaluation=tmp_path / "many")


def test_a_version_that_exists_with_other_bytes_leaves_the_lock(
    settings: Settings, published: Workspace, tmp_path: Path
) -> None:
    """Published versions are immutable: the error has the fix, and model.lock is unchanged."""
    before = published.lock.read_bytes()
    write_model(tmp_path / "changed")
    reseal(tmp_path / "changed", licence="Apache-2.0")
    with pytest.raises(RefusedError, match="already published, with another digest"):
        use(settings, published, model=tmp_path / "changed")
    assert published.lock.read_bytes() == before


@pytest.mark.parametrize("missing", ["model", "golden", "evaluation"])
def test_a_missing_directory_is_named(
    settings: Settings, published: Workspace, tmp_path: Path, missing: str
) -> None:
    """A wrong path is wrong usage, not a refusal."""
    with pytest.raises(UsageError, match="nowhere is not a directory"):
        use(settings, published, **{missing: tmp_path / "nowhere"})


def test_nothing_given_is_wrong_usage(settings: Settings, published: Workspace) -> None:
    """The message has the command."""
    with pytest.raises(UsageError, match="there is nothing to use"):
        use(settings, published)


@pytest.mark.parametrize("reason", [" ", "one\ntwo"])
def test_a_reason_that_is_no_line_is_refused_before_anything_is_published(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, store: Path, reason: str
) -> None:
    """A version is never spent on a command that then fails by its arguments."""
    with pytest.raises(UsageError, match="not a line of text"):
        use(settings, workspace, model=model, golden=golden, accept_labels=reason)
    assert not store.exists()
