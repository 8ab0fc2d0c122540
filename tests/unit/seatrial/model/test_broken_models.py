"""A fault of a network is found by the check that is meant for it."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest

import broken_networks
from broken_networks import Break
from colours import write_model
from samples import keep_red, reseal
from seatrial.model.validation.checks import Trial, examine
from seatrial.model.validation.live import NoLiveModel
from seatrial.model.validation.probe_checks import BATCHED, CONFIDENT, FINITE, KIND, REPEATED, ROBUST, SPREAD
from seatrial.model.validation.resource_checks import LATENCY, MEMORY
from seatrial.results import Check
from seatrial.settings import Pod, Probes, Validate

ALONE = NoLiveModel("there is no other")
# Far above the colours model on a machine under load, far below the broken one.
LIMITS = Validate(max_milliseconds=100)


def checked(
    model: Path, golden: Path, live: Path | NoLiveModel = ALONE, limits: Validate = LIMITS, **others: object
) -> dict[str, Check]:
    """Return the checks of a model by name."""
    trial = Trial(Probes(**others), Pod(memory_mb=300))
    return {check.name: check for check in examine(model, golden, live, limits, trial=trial).checks}


def broken(model: Path, fault: Break) -> Path:
    """Put a fault into the network of a model directory and return the directory."""
    network = onnx.load(model / "model.onnx")
    fault(network)
    onnx.save(network, model / "model.onnx")
    reseal(model)
    return model


def of_kind(model: Path, kind: str) -> Path:
    """Change the kind of the output on the card and return the directory."""
    output = json.loads((model / "model.json").read_text())["output"]
    reseal(model, output={**output, "kind": kind})
    return model


def failed(checks: dict[str, Check]) -> set[str]:
    """Return the names of the failed checks."""
    return {name for name, check in checks.items() if not check.passed}


def test_a_sound_model_fails_no_check(model: Path, golden: Path) -> None:
    """Only the comparisons with a live model are not judged without one."""
    checks = checked(model, golden)
    assert failed(checks) == set()
    missing = {name for name, check in checks.items() if check.status == "not judged"}
    assert missing == {ROBUST, "agrees with the live model", "evaluation: sample"}


@pytest.mark.parametrize(
    ("fault", "name", "detail"),
    [
        (broken_networks.nan_on_dark, FINITE, "black: colours: expected 3 finite numbers per image"),
        (broken_networks.dropout_on, REPEATED, "export the network in evaluation mode"),
        (broken_networks.batch_dependent, BATCHED, "at most 0.01"),
        (broken_networks.single_batch, BATCHED, "a batch of 8 fails"),
        (broken_networks.constant, SPREAD, "a probability differs by 0 between photos"),
    ],
)
def test_a_fault_is_found_by_its_check(
    model: Path, golden: Path, fault: Break, name: str, detail: str
) -> None:
    """NaN on dark photos, randomness, dependence on the batch and constant answers are refused."""
    checks = checked(broken(model, fault), golden, limits=Validate(max_milliseconds=1000))
    assert name in failed(checks)
    assert detail in checks[name].detail


def test_a_slow_model_is_refused_and_not_probed(model: Path, golden: Path) -> None:
    """Probes of a model that is refused for its time would take minutes."""
    checks = checked(broken(model, broken_networks.slow), golden, limits=Validate(max_milliseconds=30))
    assert failed(checks) == {LATENCY}
    assert checks[KIND].reason == "because the model is too slow"


def test_a_hungry_model_is_refused(model: Path, golden: Path) -> None:
    """The memory of every worker counts, and the report has the parts of the sum."""
    checks = checked(broken(model, broken_networks.hungry), golden, limits=Validate(max_milliseconds=20))
    assert MEMORY in failed(checks)
    assert "at most for each of 2 workers; at most 300 MiB" in checks[MEMORY].detail


def test_logits_are_not_probabilities(model: Path, golden: Path) -> None:
    """A card that calls logits probabilities is refused with the numbers, though every photo is right."""
    checks = checked(of_kind(model, "probabilities"), golden)
    assert KIND in failed(checks)
    assert "not probabilities: numbers from 0 to 10.2" in checks[KIND].detail


def test_probabilities_are_not_logits(model: Path, golden: Path) -> None:
    """A card that calls probabilities logits is refused: softmax would be applied twice."""
    network = onnx.load(model / "model.onnx")
    network.graph.node[-1].output[:] = ["scores"]
    network.graph.node.append(onnx.helper.make_node("Softmax", ["scores"], ["logits"], axis=1))
    onnx.save(network, model / "model.onnx")
    reseal(model)
    checks = checked(model, golden)
    assert "probabilities already" in checks[KIND].detail
    assert KIND in failed(checks)
    assert KIND not in failed(checked(of_kind(model, "probabilities"), golden))


def confident(model: Path) -> Path:
    """Make a model that is sure of its first class where a photo shows nothing."""
    return broken(model, broken_networks.confident_on_black)


def test_confidence_in_a_photo_that_shows_nothing_is_compared(
    model: Path, golden: Path, tmp_path: Path
) -> None:
    """Without a live model it is reported, or refused by the setting; one that is not as sure refuses it."""
    write_model(tmp_path / "live")
    sure = confident(model)
    first = checked(sure, golden)[CONFIDENT]
    assert (first.status, first.reason) == (
        "not judged",
        "because there is no other: black is 'red' at 1.00, at most 0.90",
    )
    assert CONFIDENT in failed(checked(sure, golden, refuse_odd_confidence=True))
    assert CONFIDENT in failed(checked(sure, golden, tmp_path / "live"))
    assert CONFIDENT not in failed(checked(sure, golden, sure))


def test_answers_to_changed_photos_are_compared(model: Path, golden: Path, tmp_path: Path) -> None:
    """A model that keeps fewer answers than the live one is refused, and the report has both shares."""
    write_model(tmp_path / "live")
    fragile = broken(model, broken_networks.fragile)
    check = checked(fragile, golden, tmp_path / "live", max_robustness_loss=0.1)[ROBUST]
    assert not check.passed
    assert "89% on 3 photos, the live model 100%" in check.detail


def test_changes_of_few_photos_are_no_share(model: Path, golden: Path, tmp_path: Path) -> None:
    """With one photo two lost answers are a third: the check has no result, the detail has the answers."""
    write_model(tmp_path / "live")
    keep_red(golden)
    check = checked(broken(model, broken_networks.fragile), golden, tmp_path / "live", max_robustness_loss=0)[
        ROBUST
    ]
    assert check.status == "not judged"
    assert "1 of 3 photos were changed: shifted left" in check.detail


def test_time_and_memory_of_the_live_model_are_beside(model: Path, golden: Path) -> None:
    """They are of the same run."""
    checks = checked(model, golden, model)
    assert "the live model" in checks[LATENCY].detail
    assert "the live model" in checks[MEMORY].detail
