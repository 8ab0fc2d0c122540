"""A model with more classes than the live one is compared by a k that both can miss."""

from __future__ import annotations

from pathlib import Path

from imagemodel.card import FileEntry
from imagemodel.evaluation import EvaluationPhoto
from networks import write_model
from seatrial.model.evaluation.sample import Sample
from seatrial.model.inference.task import EvaluationPrediction, InferenceResult
from seatrial.model.validation.examination import Run
from seatrial.model.validation.live import NoLiveModel
from seatrial.model.validation.sample_checks import judged_sample
from seatrial.settings import Validate

PHOTO = EvaluationPhoto(Path("a.png"), "a", 0, "", "drawn", "MIT", FileEntry("0" * 64, 1))


def run_of(folder: Path, labels: str, best: tuple[int, ...]) -> Run:
    """Return the run of a model with these labels, a letter each, that ranks the classes in this order."""
    write_model(folder, len(labels))
    (folder / "labels.txt").write_text("\n".join(labels))
    answer = EvaluationPrediction(classes=best, probabilities=(0.1,) * len(best))
    return Run(folder, InferenceResult(evaluation=(answer,)))


def test_the_live_model_is_not_right_by_having_few_classes(tmp_path: Path) -> None:
    """Of three classes every one is among the best five, so added classes would look like a loss."""
    live = run_of(tmp_path / "live", "abc", (2, 1, 0))
    new = run_of(tmp_path / "new", "abcdefghij", (1, 2, 3, 4, 0))
    judged = judged_sample(Sample((PHOTO,)), new, live, Validate())
    assert not isinstance(judged.live, NoLiveModel)
    assert judged.best == 2
    assert [each.in_top for each in (*judged.new, *judged.live)] == [False, False]
