"""Size and power of the paired comparison, by simulation."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from seatrial.model.evaluation.paired import p_value
from seatrial.model.evaluation.power import power_at, smallest_loss

RUNS = 4000


def refusals(originals: int, better: float, loss: float, margin: float, level: float) -> float:
    """Return the share of simulated comparisons that show a loss above the margin."""
    chance = random.Random(originals)
    return (
        sum(_shown(each, originals, margin, level) for each in _pairs(chance, originals, better, loss)) / RUNS
    )


def _pairs(chance: random.Random, originals: int, better: float, loss: float) -> Iterator[tuple[int, int]]:
    for _ in range(RUNS):
        drawn = [chance.random() for _ in range(originals)]
        gains = sum(each < better for each in drawn)
        changes = sum(each < 2 * better + loss for each in drawn)
        yield changes - gains, gains


def _shown(pair: tuple[int, int], originals: int, margin: float, level: float) -> bool:
    worse, better = pair
    return (worse - better) / originals > margin and p_value(worse, better, originals, margin) <= level


@pytest.mark.parametrize("originals", [20, 60, 300])
@pytest.mark.parametrize("better", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("margin", [0.0, 0.01])
def test_equal_models_are_refused_at_most_at_the_level(originals: int, better: float, margin: float) -> None:
    """As often better as worse: the rate of false alarms is at most 5 %, within three standard errors."""
    assert refusals(originals, better, 0.0, margin, 0.05) <= 0.05 + 3 * (0.05 * 0.95 / RUNS) ** 0.5


@pytest.mark.parametrize(("originals", "better"), [(100, 0.02), (300, 0.01), (600, 0.05)])
def test_a_loss_of_the_margin_is_refused_near_the_level(originals: int, better: float) -> None:
    """With a margin the test is exact at equal models, and near its level at a loss of just the margin."""
    assert refusals(originals, better, 0.02, 0.02, 0.05) <= 0.07


@pytest.mark.parametrize("originals", [60, 300])
@pytest.mark.parametrize("better", [0.01, 0.05])
@pytest.mark.parametrize("margin", [0.0, 0.01])
def test_the_smallest_loss_is_found_with_the_stated_power(
    originals: int, better: float, margin: float
) -> None:
    """Of the simulated comparisons at that loss 80 % refuse, within three points."""
    loss = smallest_loss(originals, better, 0.05, margin, 0.8)
    assert loss is not None
    assert refusals(originals, better, loss, margin, 0.05) == pytest.approx(0.8, abs=0.03)


def test_a_larger_sample_sees_a_smaller_loss() -> None:
    """Down to a few tenths of a point in 20,000 photos."""
    found = [smallest_loss(each, 0.02, 0.05, 0.0, 0.8) for each in (50, 200, 1000, 20_000)]
    assert found == sorted(found, reverse=True)
    assert 0.001 < found[-1] < 0.006


@pytest.mark.parametrize("originals", [1, 4])
def test_a_few_photos_see_no_loss(originals: int) -> None:
    """Four lost photos of four are as likely as 1/16 with equal models."""
    assert smallest_loss(originals, 0.0, 0.05, 0.0, 0.8) is None


def test_five_photos_see_a_loss_of_nearly_all() -> None:
    """All five must be lost: with a power of 80 % that is a loss of 0.8 ** (1 / 5)."""
    assert smallest_loss(5, 0.0, 0.05, 0.0, 0.8) == pytest.approx(0.8**0.2, abs=1e-4)


def test_the_power_at_no_loss_is_below_the_level() -> None:
    """Computed, not simulated."""
    assert power_at(0.0, 200, 0.05, 0.05, 0.0) <= 0.05
