"""The checks of a model on a sample, from answers that a test chooses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagemodel.card import FileEntry
from imagemodel.evaluation import EvaluationPhoto
from seatrial.check_result import Check
from seatrial.model.evaluation.judging import Judged, judge
from seatrial.model.evaluation.sample import PhotoAnswer, Sample
from seatrial.model.live import NoLiveModel
from seatrial.sections import Validate

LABELS = tuple("abcdefgh")
ALONE = NoLiveModel("no other model is known to be live")


def photos(originals: int, variants: int = 1, classes: int = 8) -> tuple[EvaluationPhoto, ...]:
    """Return photos of `originals` originals in turn of each class, each in `variants` variants."""
    return tuple(
        EvaluationPhoto(
            path=Path(f"{number}-{variant}.png"),
            label=LABELS[number % classes],
            index=number % classes,
            original=f"{number}-0.png" if variant else "",
            source="none",
            licence="none",
            entry=FileEntry(f"{number}-{variant}", 1),
        )
        for number in range(originals)
        for variant in range(variants)
    )


def answered(count: int, wrong: int = 0, confidence: float = 0.9) -> tuple[PhotoAnswer, ...]:
    """Return `count` answers of which the first `wrong` are wrong, also in their best five."""
    return tuple(
        PhotoAnswer("x", confidence, right=place >= wrong, in_top=place >= wrong) for place in range(count)
    )


def checks(
    sample: tuple[EvaluationPhoto, ...],
    new: tuple[PhotoAnswer, ...],
    live: tuple[PhotoAnswer, ...] | NoLiveModel = ALONE,
    *,
    best: int = 5,
    limits: Validate | None = None,
) -> dict[str, Check]:
    """Return the checks of a sample by their names, without the common beginning."""
    judged = Judged(Sample(sample), new, live, limits or Validate(), best, len(LABELS))
    return {each.name.removeprefix("evaluation: "): each for each in judge(judged)}


def test_a_loss_is_refused_in_all_and_in_the_best_five() -> None:
    """Twenty of 200 originals are lost, and none is gained."""
    found = checks(photos(200), answered(200, wrong=20), answered(200))
    worse = found["not worse than the live model"]
    assert worse.status == found["top-5 not worse than the live model"].status == "failed"
    assert "worse on 20 and better on 0 of 200 originals, loss 10.0%" in worse.detail
    assert found["no class worse than the live model"].status == "passed"


def test_a_gain_and_equal_answers_pass() -> None:
    """Nothing is refused, and every comparison is judged."""
    for wrong in (20, 0):
        found = checks(photos(200), answered(200), answered(200, wrong=wrong))
        assert {each.status for each in found.values()} == {"passed"}


def test_a_loss_within_the_margin_is_accepted() -> None:
    """The same answers pass with a margin that is larger than the loss."""
    found = checks(photos(200), answered(200, 20), answered(200), limits=Validate(margin=0.2))
    assert found["not worse than the live model"].status == "passed"


def test_the_level_is_divided_among_the_live_models() -> None:
    """With two of them each comparison needs stronger evidence, so that both together refuse at the level."""
    sample, new, live = photos(200), answered(200, 9), answered(200)
    one = Judged(Sample(sample), new, live, Validate(margin=0), 1, len(LABELS))
    two = replace(one, new=answered(200, 6), comparisons=2)
    assert [_status(each) for each in (one, replace(two, comparisons=1), two)] == [
        "failed",
        "failed",
        "passed",
    ]


def _status(judged: Judged) -> str:
    (check,) = [each for each in judge(judged) if each.name == "evaluation: not worse than the live model"]
    return check.status


def test_a_class_that_is_lost_is_refused() -> None:
    """A loss of 1 % of all photos passes; that it is a whole class does not."""
    sample = photos(2000, classes=8)
    rare = tuple(place < 20 for place in range(2000))
    sample = tuple(
        replace(photo, label="z", index=7) if lost else photo
        for photo, lost in zip(sample, rare, strict=True)
        if lost or photo.index < 7
    )
    found = checks(sample, answered(len(sample), wrong=20), answered(len(sample)))
    assert found["not worse than the live model"].status == "passed"
    assert found["no class worse than the live model"].status == "failed"
    assert "z (7): worse on 20 and better on 0 of 20" in found["no class worse than the live model"].detail


def test_without_a_live_model_only_the_comparisons_are_not_judged() -> None:
    """Their reason is why there is none; a model is still compared with guessing."""
    found = checks(photos(100), answered(100))
    unjudged = {name for name, each in found.items() if not each.judged}
    assert unjudged == {
        "not worse than the live model",
        "top-5 not worse than the live model",
        "no class worse than the live model",
    }
    assert all(found[name].reason == "because no other model is known to be live" for name in unjudged)


@pytest.mark.parametrize(("expected", "status"), [(True, "failed"), (False, "not judged")])
def test_a_comparison_can_be_demanded(expected: bool, status: str) -> None:
    """It then fails where there should be a live model."""
    live = NoLiveModel("staging did not respond", expected=expected)
    found = checks(photos(100), answered(100), live, limits=Validate(demand_comparison=True))
    assert found["not worse than the live model"].status == status
    assert found["no class worse than the live model"].status == status


def test_a_few_originals_cannot_show_a_loss_and_are_not_judged() -> None:
    """Four photos lost of four are no evidence at this level, however many variants each has."""
    found = checks(photos(4, variants=50), answered(200, wrong=200), answered(200))
    assert found["not worse than the live model"].reason == "because 4 originals can show no loss at p 0.025"
    assert found["no class worse than the live model"].reason == "because no class has 10 originals"


def test_a_photo_that_is_listed_twice_counts_once() -> None:
    """Equal files are no more evidence than one, whether they are marked as variants or not."""
    once = photos(50)
    again = tuple(replace(each, path=Path(f"copy-{each.path}")) for each in once)
    found = checks((*once, *again), answered(100))
    assert "; 50 originals in 100 photos" in found["top-1"].detail


def test_a_model_that_guesses_is_refused() -> None:
    """An eighth right of eight equal classes is what one class for every photo gives."""
    found = checks(photos(200), answered(200, wrong=175))
    assert found["better than guessing"].status == "failed"
    assert checks(photos(200), answered(200, wrong=150))["better than guessing"].status == "passed"


def test_two_photos_of_one_class_do_not_tell_from_guessing() -> None:
    """Even if all are right."""
    found = checks(photos(2, classes=1), answered(2))
    assert found["better than guessing"].status == "not judged"


def test_a_demanded_accuracy_is_compared_with_the_share_of_originals() -> None:
    """An original counts with the share of its variants: of 10 one is right in half of them."""
    found = checks(photos(10, variants=2), answered(20, wrong=1), limits=Validate(min_top1=0.96))
    assert found["top-1"].status == "failed"
    assert found["top-1"].detail.startswith("right on 95.0% (")
    assert found["top-1"].detail.endswith("10 originals in 20 photos; at least 96.0% required")


def test_a_model_of_two_classes_has_no_best_five() -> None:
    """The better of two is the only one to judge."""
    found = checks(photos(100, classes=2), answered(100), answered(100), best=1)
    assert not any(name.startswith("top-5") for name in found)
    assert "in the best" not in found["top-1"].detail


def test_a_calibration_error_can_be_limited() -> None:
    """A confidence of 0.9 with all answers wrong is an error of 0.9."""
    assert checks(photos(50), answered(50, wrong=50))["calibration"].status == "passed"
    limits = Validate(max_calibration_error=0.5)
    refused = checks(photos(50), answered(50, wrong=50), limits=limits)["calibration"]
    assert refused.status == "failed"
    assert "expected error 90.0% in 10 bins, at most 50.0% required" in refused.detail


def test_numbers_that_are_no_probabilities_have_no_calibration() -> None:
    """Logits on a card that calls them probabilities are refused by another check."""
    found = checks(photos(50), answered(50, confidence=10.2))["calibration"]
    assert found.reason == "because a confidence of 10.2 is not a probability"
