"""validate, as far as no model is run."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from seatrial.model.evaluation import judge

from samples import lock_to, reseal
from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Settings, Validate
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace

LIMITS = Validate()


def prepared(settings: Settings, workspace: Workspace, model: Path, golden: Path) -> Workspace:
    """Publish, lock and fetch a model; return the workspace as the next command sees it."""
    done = publish(settings, workspace, model=model, golden=golden)
    assert done.model
    assert done.golden
    lock_to(workspace, done.model, done.golden)
    fresh = Workspace(workspace.root, workspace.instance)
    fresh.write_result(fetch(settings, fresh))
    return fresh


def test_validate_before_fetch_is_wrong_usage(settings: Settings, published: Workspace) -> None:
    """Without fetched folders there is nothing to judge."""
    with pytest.raises(UsageError, match="fetch has not run"):
        validate(settings, published)


def test_a_fetched_file_changed_since_is_refused(
    settings: Settings, workspace: Workspace, model: Path, golden: Path
) -> None:
    """What was verified when it was fetched is verified again, and not run."""
    ready = prepared(settings, workspace, model, golden)
    folder = ready.cache / "models"
    labels = next(folder.glob("*/labels.txt"))
    labels.write_text("red\nblue\ngreen\n")
    with pytest.raises(RefusedError, match="every byte") as raised:
        validate(settings, ready)
    assert "loads and answers" not in raised.value.log


def test_an_unsafe_model_is_never_run(model: Path, golden: Path) -> None:
    """With an operator that nobody knows, the report ends before the model is loaded."""
    loaded = onnx.load(model / "model.onnx")
    loaded.graph.node[0].domain = "evil.example"
    onnx.save(loaded, model / "model.onnx")
    reseal(model)
    assert "loads and answers" not in {verdict.name for verdict in judge(model, golden, None, LIMITS)}
