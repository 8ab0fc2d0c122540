"""validate: the checks of a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from colours import SIDE, write_model
from model_fixtures import fetched
from samples import commit_all, lock_to, reseal, write_golden
from seatrial.errors import RefusedError
from seatrial.model.inference.isolated import run_isolated
from seatrial.model.validation.checks import examine
from seatrial.model.validation.live import NoLiveModel
from seatrial.results import ValidateResult
from seatrial.settings import Settings, Validate
from seatrial.stages.publish import publish
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace

LIMITS = Validate()
NO_LIVE = NoLiveModel("no other model is known to be live")


def failures(
    model: Path, golden: Path, live: Path | None = None, limits: Validate = LIMITS
) -> dict[str, str]:
    """Return the failed checks of a model and their details."""
    return {c.name: c.detail for c in examine(model, golden, live or NO_LIVE, limits).checks if not c.passed}


def make_endless(model: Path) -> None:
    """Add a loop of 2^60 rounds to the model."""
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


def test_a_good_model_passes(settings: Settings, workspace: Workspace, model: Path, golden: Path) -> None:
    """The report has a check for each photo and for the latency."""
    report = validate(settings, fetched(settings, workspace, model, golden))
    assert report.passed
    assert {"golden: red.png", "golden: green.png", "golden: blue.png", "time per photo"} <= {
        check.name for check in report.verdicts
    }


def test_a_wrong_model_is_refused_and_its_report_written(
    settings: Settings, workspace: Workspace, golden: Path, tmp_path: Path
) -> None:
    """A model with swapped labels is refused; the failing report has the prediction for each photo."""
    write_model(tmp_path / "wrong", labels=("green", "red", "blue"))
    ready = fetched(settings, workspace, tmp_path / "wrong", golden)
    with pytest.raises(RefusedError, match="failed 2 of") as raised:
        validate(settings, ready)
    assert "expected red (0) at 0.90 or more, got green (0)" in raised.value.log
    report = ready.read_result(ValidateResult)
    assert not report.passed


def test_a_low_probability_is_refused(model: Path, tmp_path: Path) -> None:
    """The expected label fails below the minimum probability of the golden set."""
    write_golden(tmp_path / "strict", min_probability=1.0)
    assert "at 1.00 or more" in failures(model, tmp_path / "strict")["golden: red.png"]


def test_a_slow_model_is_refused(model: Path, golden: Path) -> None:
    """A median latency above the limit is refused."""
    slow = failures(model, golden, limits=Validate(max_milliseconds=0.001))
    assert "median" in slow["time per photo"]


def test_a_hanging_model_is_a_fault(model: Path, golden: Path) -> None:
    """The subprocess has a deadline; exceeding it is a fault of the model."""
    make_endless(model)
    result = run_isolated(model, golden, 8)
    assert "no prediction within 8 s" in result.fault


def test_a_model_that_does_not_match_its_card_is_refused(model: Path, golden: Path) -> None:
    """A card with another input size than the model fails before any prediction."""
    card = json.loads((model / "model.json").read_text())
    reseal(model, input={**card["input"], "height": SIDE + 1})
    assert "shape" in failures(model, golden)["loads and predicts"]


@pytest.mark.parametrize(
    ("expected", "demanded", "status"),
    [(False, True, "not judged"), (True, False, "not judged"), (True, True, "failed")],
)
def test_a_missing_comparison_is_refused_only_if_it_is_demanded_and_possible(
    model: Path, golden: Path, expected: bool, demanded: bool, status: str
) -> None:
    """Without a live model the check is not judged; with a demand it fails where there should be one."""
    limits = Validate(demand_comparison=demanded)
    found = examine(model, golden, NoLiveModel("staging did not respond", expected=expected), limits).checks
    check = next(each for each in found if each.name == "agrees with the live model")
    assert check.status == status
    assert "not judged, because staging did not respond" in check.detail


def test_a_live_model_that_fails_here_is_reported(model: Path, golden: Path, tmp_path: Path) -> None:
    """A broken live model is no reason to pass silently."""
    write_model(tmp_path / "live")
    (tmp_path / "live" / "model.onnx").write_bytes(b"broken")
    found = examine(model, golden, tmp_path / "live", LIMITS).checks
    check = next(each for each in found if each.name == "agrees with the live model")
    assert check.status == "not judged"
    assert "the live model fails here" in check.detail


def test_a_model_that_disagrees_with_the_live_one_is_refused(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, tmp_path: Path
) -> None:
    """The model of the base commit is fetched, and too little agreement with it is refused."""
    write_model(tmp_path / "live", labels=("green", "blue", "red"), version="0.9.0")
    live = publish(settings, workspace, model=tmp_path / "live").model
    assert live
    lock_to(workspace, live, live)
    commit_all(workspace)
    ready = fetched(settings, workspace, model, golden)
    with pytest.raises(RefusedError, match="agrees with the live model of the base commit"):
        validate(settings, ready)


def test_a_model_that_agrees_with_the_live_one_passes(model: Path, golden: Path, tmp_path: Path) -> None:
    """Equal predictions are full agreement."""
    write_model(tmp_path / "live", version="0.9.0")
    assert failures(model, golden, tmp_path / "live") == {}
