"""The checks of a model on a sample without a live model, from answers that a test chooses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from seatrial.sections import Validate
from unit.seatrial.model.evaluation.judged_samples import answered, checks, photos


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
