"""The answers of a model for the photos of a sample."""

from __future__ import annotations

from pathlib import Path

from imagemodel.card import FileEntry
from imagemodel.evaluation import EvaluationPhoto
from seatrial.model.evaluation.sample import answers
from seatrial.model.inference.task import EvaluationPrediction


def test_an_answer_is_right_by_index_or_for_other_labels_by_label() -> None:
    """A live model with other indices is not worse for them; two classes of one label stay apart."""
    photo = EvaluationPhoto(Path("a.png"), "a", 0, "", "none", "none", FileEntry("0" * 64, 1))

    def right(labels: tuple[str, ...], best: int) -> bool:
        predictions = [EvaluationPrediction(classes=(best,), probabilities=(0.9,))]
        return answers([photo], predictions, labels, 1)[0].right

    assert right(("a", "b"), 0)
    assert right(("b", "a"), 1)
    assert not right(("b", "a"), 0)
    assert not right(("a", "a"), 1)
    assert not right(("b",), 0)
