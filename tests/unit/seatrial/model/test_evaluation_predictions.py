"""The predictions for an evaluation set by the subprocess, and its progress."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from colours import LABELS
from imagemodel.seal import canonical_json, describe_file
from samples import write_evaluation
from seatrial.model.inference import alone
from seatrial.model.inference.confinement import FILE_BYTES, Confinement
from seatrial.model.inference.isolated import END_BYTES, last_progress, run_isolated
from seatrial.model.inference.task import EvaluationPrediction, InferenceResult, Progress

RIGHT = [{"classes": [index], "probabilities": [1.0]} for index in range(3)]


@pytest.fixture
def evaluation(tmp_path: Path) -> Path:
    """The directory of an evaluation set with two photos of each colour."""
    write_evaluation(tmp_path / "evaluation")
    return tmp_path / "evaluation"


def test_each_photo_has_its_best_classes(model: Path, golden: Path, evaluation: Path) -> None:
    """In the order of the set, best first; a model of three classes has three."""
    result = run_isolated(model, golden, 60, evaluation=evaluation, require_isolation=True)
    assert result.fault == ""
    assert [found.classes[0] for found in result.evaluation] == [0, 0, 1, 1, 2, 2]
    assert all(len(found.classes) == len(LABELS) for found in result.evaluation)
    assert all(sum(found.probabilities) == pytest.approx(1, abs=1e-5) for found in result.evaluation)
    assert all(list(found.probabilities) == sorted(found.probabilities)[::-1] for found in result.evaluation)


def test_without_an_evaluation_set_there_are_no_predictions(model: Path, golden: Path) -> None:
    """The golden photos are predicted as ever."""
    result = run_isolated(model, golden, 60)
    assert (len(result.predictions), result.evaluation, result.fault) == (3, (), "")


def test_a_photo_that_cannot_be_read_is_named(model: Path, golden: Path, evaluation: Path) -> None:
    """The set is at fault, so the message has its file."""
    (evaluation / "green-1.png").write_bytes(b"no photo")
    listing = json.loads((evaluation / "evaluation.json").read_text())
    listing["photos"][3] |= describe_file(evaluation / "green-1.png")
    (evaluation / "evaluation.json").write_bytes(canonical_json(listing))
    assert "evaluation photo green-1.png" in run_isolated(model, golden, 60, evaluation=evaluation).fault


def test_twenty_thousand_photos_fit_into_the_output() -> None:
    """Even with the longest numbers they take less than a quarter of what the subprocess may write."""
    longest = EvaluationPrediction(
        classes=tuple(range(999_995, 1_000_000)), probabilities=tuple(0.123456 for _ in range(5))
    )
    output = InferenceResult(evaluation=(longest,) * 20_000).model_dump_json()
    assert len(output) < FILE_BYTES / 4


@pytest.mark.parametrize(
    "rows",
    [
        RIGHT[:2],
        [*RIGHT, RIGHT[0]],
        [*RIGHT[:2], {"classes": [3], "probabilities": [1.0]}],
        [*RIGHT[:2], {"classes": [1, 1], "probabilities": [0.5, 0.5]}],
        [*RIGHT[:2], {"classes": [0, 1], "probabilities": [1.0]}],
        [*RIGHT[:2], {"classes": [], "probabilities": []}],
        [*RIGHT[:2], {"classes": [-1], "probabilities": [1.0]}],
        [*RIGHT[:2], {"classes": [0], "probabilities": [float("inf")]}],
    ],
)
def test_other_rows_than_one_for_each_photo_are_a_fault(
    model: Path, golden: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[object]
) -> None:
    """A process that a model has taken over cannot leave out photos or name classes that do not exist."""
    write_evaluation(tmp_path / "evaluation", copies=1)

    predictions = [each.model_dump() for each in run_isolated(model, golden, 60).predictions]

    def taken_over(arguments: list[str], output: Path, seconds: float) -> None:
        output.write_text("{}\n" + json.dumps({"predictions": predictions, "evaluation": rows}))

    monkeypatch.setattr(alone, "start_alone", taken_over)
    result = run_isolated(model, golden, 60, evaluation=tmp_path / "evaluation")
    assert "unexpected output" in result.fault


def test_the_progress_is_the_last_line_of_the_output(tmp_path: Path) -> None:
    """None before the first line, and while a line is being written the one before it."""
    output = tmp_path / "output"
    assert last_progress(output) is None
    output.write_text(Confinement().model_dump_json() + "\n")
    assert last_progress(output) is None
    line = Progress(done=40, total=200).model_dump_json()
    output.write_text(f"{'x' * END_BYTES}\n{line}\n" + '{"done": 41')
    assert last_progress(output) == (40, 200)
