"""validate, in the cases where no model is run."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from model_fixtures import fetched
from samples import reseal
from seatrial.errors import RefusedError, UsageError
from seatrial.model.validation.checks import examine
from seatrial.model.validation.live import NoLiveModel
from seatrial.settings import Settings, Validate
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace

LIMITS = Validate()


def test_validate_before_fetch_is_wrong_usage(settings: Settings, published: Workspace) -> None:
    """Without fetched directories there is nothing to check."""
    with pytest.raises(UsageError, match="fetch has not run"):
        validate(settings, published)


def test_a_file_changed_after_the_fetch_is_refused(
    settings: Settings, workspace: Workspace, model: Path, golden: Path
) -> None:
    """The fetched files are verified again; a changed model is not run."""
    ready = fetched(settings, workspace, model, golden)
    folder = ready.cache / "models"
    labels = next(folder.glob("*/labels.txt"))
    labels.write_text("red\nblue\ngreen\n")
    with pytest.raises(RefusedError, match="files match their digests") as raised:
        validate(settings, ready)
    assert "loads and predicts" not in raised.value.log


def test_an_unsafe_model_is_never_run(model: Path, golden: Path) -> None:
    """A model with an unknown operator fails before it is loaded."""
    loaded = onnx.load(model / "model.onnx")
    loaded.graph.node[0].domain = "evil.example"
    onnx.save(loaded, model / "model.onnx")
    reseal(model)
    assert "loads and predicts" not in {
        check.name for check in examine(model, golden, NoLiveModel(""), LIMITS).checks
    }
