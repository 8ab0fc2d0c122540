"""The comparison of a model with the live one on a sample, from answers that a test chooses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seatrial.model.evaluation.judging import Judged
from seatrial.model.evaluation.sample import Sample
from seatrial.model.validation.live import NoLiveModel
from seatrial.sections import Validate
from unit.seatrial.model.evaluation.judged_samples import LABELS, answered, checks, judge, photos


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
    limits = Validate(margin=0.2, visible_loss=1)
    found = checks(photos(200), answered(200, 20), answered(200), limits=limits)
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
    reason = (
        "because worse on 4 and better on 0 of 4 originals show no loss with a probability of 80% at p 0.025"
    )
    assert found["not worse than the live model"].reason == reason
    assert found["no class worse than the live model"].reason == "because no class has 10 originals"


def test_a_small_sample_that_finds_no_loss_is_not_judged_and_one_that_finds_it_refuses() -> None:
    """Twelve originals show a loss of 58 points or more; a loss that they do find is refused."""
    small, name = photos(12), "not worse than the live model"
    assert checks(small, answered(12), answered(12))[name].status == "not judged"
    assert checks(small, answered(12, wrong=12), answered(12))[name].status == "failed"
    assert (
        checks(small, answered(12), answered(12), limits=Validate(visible_loss=0.6))[name].status == "passed"
    )
    demanded = checks(small, answered(12), answered(12), limits=Validate(demand_evaluation=True))[name]
    assert demanded.status == "failed"
    assert demanded.detail.endswith("demand_evaluation requires it")
