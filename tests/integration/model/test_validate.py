"""validate: what a model must be before an image is made of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from seatrial.model.evaluation import judge
from seatrial.model.trial.outcome import hold_trial

from colours import SIDE, write_model
from samples import lock_to, reseal, write_golden
from seatrial.errors import RefusedError
from seatrial.results import AcceptResult, PushResult, ValidateResult
from seatrial.settings import Settings, Validate
from seatrial.stage_run import StageRun
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace

LIMITS = Validate()


def failures(
    model: Path, golden: Path, live: Path | None = None, limits: Validate = LIMITS
) -> dict[str, str]:
    """Return the promises that a model does not keep."""
    return {v.name: v.detail for v in judge(model, golden, live, limits) if not v.passed}


def prepared(settings: Settings, workspace: Workspace, model: Path, golden: Path) -> Workspace:
    """Publish, lock and fetch a model; return the workspace as the next command sees it."""
    done = publish(settings, workspace, model=model, golden=golden)
    assert done.model
    assert done.golden
    lock_to(workspace, done.model, done.golden)
    fresh = Workspace(workspace.root, workspace.instance)
    fresh.write_result(fetch(settings, fresh))
    return fresh


def endless(model: Path) -> None:
    """Make the model add 0 to its answer for longer than anybody waits."""
    loaded = onnx.load(model / "model.onnx")
    step = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Identity", ["x"], ["y"]),
        ],
        "step",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3]),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3]),
        ],
    )
    graph = loaded.graph
    graph.initializer.append(numpy_helper.from_array(np.array(2**60), "rounds"))
    graph.initializer.append(numpy_helper.from_array(np.array(True), "always"))
    graph.node[-1].output[0] = "flat"
    graph.node.append(helper.make_node("Loop", ["rounds", "always", "flat"], ["logits"], body=step))
    onnx.save(loaded, model / "model.onnx")
    reseal(model)


def test_a_good_model_gets_a_passing_report(
    settings: Settings, workspace: Workspace, model: Path, golden: Path
) -> None:
    """Every promise has its verdict, every photo among them."""
    report = validate(settings, prepared(settings, workspace, model, golden))
    assert report.passed
    assert {"golden: red.png", "golden: green.png", "golden: blue.png", "time per photo"} <= {
        verdict.name for verdict in report.verdicts
    }


def test_a_wrong_model_is_refused_with_its_report_written(
    settings: Settings, workspace: Workspace, golden: Path, tmp_path: Path
) -> None:
    """A model whose labels are swapped is refused; the failing report stays, with each photo's answer."""
    write_model(tmp_path / "wrong", labels=("green", "red", "blue"))
    ready = prepared(settings, workspace, tmp_path / "wrong", golden)
    with pytest.raises(RefusedError, match="failed 2 of") as raised:
        validate(settings, ready)
    assert "expected red (0) at 0.90 or more, got green (0)" in raised.value.log
    report = ready.read_result(ValidateResult)
    assert not report.passed


def test_an_unsure_model_is_refused(model: Path, tmp_path: Path) -> None:
    """The right label is not enough where the golden set asks for a probability."""
    write_golden(tmp_path / "strict", min_probability=1.0)
    assert "at 1.00 or more" in failures(model, tmp_path / "strict")["golden: red.png"]


def test_a_slow_model_is_refused(model: Path, golden: Path) -> None:
    """More milliseconds a photo than allowed are refused, and the median is told."""
    slow = failures(model, golden, limits=Validate(max_milliseconds=0.001))
    assert "median" in slow["time per photo"]


def test_a_model_that_never_ends_is_refused(model: Path, golden: Path) -> None:
    """A trial has a deadline: a model that hangs is a fault of the model, and is told so."""
    endless(model)
    outcome = hold_trial(model, golden, 8)
    assert "gave no answer within 8 s" in outcome.fault


def test_a_model_unlike_its_card_is_refused(model: Path, golden: Path) -> None:
    """A card that gives another input size than the model's is refused before a photo is asked about."""
    card = json.loads((model / "model.json").read_text())
    reseal(model, input={**card["input"], "height": SIDE + 1})
    assert "shape" in failures(model, golden)["loads and answers"]


def test_a_model_unlike_the_live_one_is_refused(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, tmp_path: Path
) -> None:
    """Where a release is accepted, its model is fetched, and too little agreement with it refuses."""
    write_model(tmp_path / "live", labels=("green", "blue", "red"), version="0.9.0")
    live = publish(settings, workspace, model=tmp_path / "live").model
    ready = prepared(settings, workspace, model, golden)
    stamp, reference = StageRun().fields(ready), "registry/classifier@sha256:00"
    who = {"image_id": "x", "golden": live, "bytes_pushed": 0, "model": live}
    ready.write_result(PushResult(**stamp, **who, reference=reference))
    where = {"environment": "local", "release": "local-1", "url": "x", "verdicts": ()}
    ready.write_result(AcceptResult(**stamp, **where, reference=reference))
    with pytest.raises(RefusedError, match="agrees with the live model"):
        validate(settings, ready)


def test_a_model_like_the_live_one_passes(model: Path, golden: Path, tmp_path: Path) -> None:
    """The same answers as the live model's are full agreement."""
    write_model(tmp_path / "live", version="0.9.0")
    assert failures(model, golden, tmp_path / "live") == {}
