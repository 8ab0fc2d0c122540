"""The first run of a network, isolated: what the subprocess prints is not trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from onnx import helper

from imagemodel.card import InputSpec
from networks import network
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.card.form import Hints
from seatrial.model.card.presets import Overrides, input_spec
from seatrial.model.card.rewriting import Network, read_network
from seatrial.model.card.trial import run_trial
from seatrial.model.inference import alone
from seatrial.model.inference.card import run
from seatrial.model.inference.card.task import TrialTask
from seatrial.model.inference.confinement import Confinement
from seatrial.settings import Validate


@pytest.fixture
def exported(save: Any) -> Network:
    """A network of three classes."""
    return read_network(save(), 3, Hints())


def specs(exported: Network) -> dict[str, InputSpec]:
    """Return two ways to prepare a photo."""
    return {name: input_spec(name, exported.input, {}, Overrides()) for name in ("raw", "unit")}


def test_the_network_is_run_isolated(exported: Network) -> None:
    """The subprocess reaches no network, no other process and no file but its own."""
    task = TrialTask(
        model=exported.path,
        inputs=tuple(specs(exported).values()),
        output=exported.output,
        classes=3,
        photo=None,
        top=1,
        cpu_seconds=60,
        require_isolation=True,
    )
    result, confinement = run.try_network(task)
    assert confinement == Confinement()
    assert (result.fault, result.kind, result.batches) == ("", "logits", True)


GUESS = {"index": 0, "probability": 1.0}


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["{}"],
        ["{}", "not JSON"],
        ["{}", json.dumps({"kind": "scores"})],
        ["{}", json.dumps({"guesses": [[GUESS]]})],
        ["{}", json.dumps({"guesses": [[GUESS], [{**GUESS, "index": 3}]]})],
        ["{}", json.dumps({"guesses": [[GUESS], [{**GUESS, "probability": 1e9}]]})],
        ["{}", "[" * 10_000],
        ["{}", '{"fault": "\udcff"}'],
    ],
)
def test_unexpected_output_is_refused(
    exported: Network, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lines: list[str]
) -> None:
    """A process that a network has taken over cannot choose a class that does not exist."""

    def taken_over(arguments: list[str], output: Path, seconds: float) -> None:
        output.write_bytes("\n".join(lines).encode(errors="surrogateescape"))

    monkeypatch.setattr(alone, "start_alone", taken_over)
    with pytest.raises(RefusedError, match="cannot be run: unexpected output"):
        run_trial(exported, specs(exported), tmp_path / "photo.png", Validate())


def test_a_crash_is_refused_with_its_last_line(exported: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline goes on after a network that ends its process."""

    def crashed(arguments: list[str], output: Path, seconds: float) -> None:
        output.write_text("{}\n")
        raise OutsideError("python was ended by SIGSEGV")

    monkeypatch.setattr(alone, "start_alone", crashed)
    with pytest.raises(
        RefusedError, match="it crashed, or took more than 120 s: python was ended by SIGSEGV"
    ):
        run_trial(exported, specs(exported), None, Validate())


@pytest.mark.parametrize("required", [True, False])
def test_a_machine_without_isolation_is_refused_if_it_is_required(
    exported: Network, monkeypatch: pytest.MonkeyPatch, required: bool
) -> None:
    """The setting of `validate` counts here too; without it there is a warning."""

    def not_isolated(arguments: list[str], output: Path, seconds: float) -> None:
        output.write_text('{"network": "no seccomp", "files": "no Landlock"}\n{}\n')

    monkeypatch.setattr(alone, "start_alone", not_isolated)
    limits = Validate(require_isolation=required)
    if not required:
        assert run_trial(exported, specs(exported), None, limits).kind == "logits"
        return
    with pytest.raises(RefusedError, match="not isolated from network and processes, because no seccomp"):
        run_trial(exported, specs(exported), None, limits)


def test_an_operator_of_another_domain_is_never_run(
    exported: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The safety checks of `publish` come before the first run."""
    monkeypatch.setattr(alone, "start_alone", None)
    exported.model.graph.node[0].domain = "evil.example"
    exported.path.write_bytes(exported.model.SerializeToString())
    with pytest.raises(RefusedError, match="is unsafe: onnx: known operators only"):
        run_trial(exported, specs(exported), None, Validate())


def test_scores_from_0_to_1_that_do_not_add_to_1_are_a_warning(save: Any) -> None:
    """A sigmoid of another name looks like probabilities, but gives no distribution."""
    model = network(3)
    model.graph.node[-1].output[0] = "exact"
    model.graph.node.append(helper.make_node("HardSigmoid", ["exact"], ["output"]))
    found = read_network(save(model), 3, Hints())
    trial = run_trial(found, specs(found), None, Validate())
    assert trial.kind == "logits"
    assert "do not add to 1" in trial.warnings[0]
