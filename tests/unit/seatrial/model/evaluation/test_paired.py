"""The paired comparison of two models."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seatrial.model.evaluation.paired import compare, p_value

COUNTS = st.integers(0, 200)
MARGINS = st.floats(0, 0.2)


@given(COUNTS, COUNTS)
def test_without_a_margin_it_is_mcnemars_exact_test(worse: int, better: int) -> None:
    """The p is the tail of a fair coin over the differing photos, in exact integers."""
    differing = worse + better
    expected = sum(comb(differing, k) for k in range(worse, differing + 1)) / 2**differing
    assert p_value(worse, better, 1000) == pytest.approx(expected, rel=1e-9)


def test_a_published_example() -> None:
    """Fagerland, Lydersen and Laake (2013), table 1: 1 and 7 differing pairs, two-sided exact p 0.0703."""
    assert 2 * p_value(7, 1, 21) == pytest.approx(0.0703, abs=5e-5)


@given(COUNTS, COUNTS)
def test_the_two_directions_are_symmetric(worse: int, better: int) -> None:
    """P(X >= worse) and P(X >= better) together are 1 and what both count: X = worse."""
    both = p_value(worse, better, 1000) + p_value(better, worse, 1000)
    differing = worse + better
    assert both == pytest.approx(1 + comb(differing, worse) / 2**differing, rel=1e-9)


@given(COUNTS, COUNTS, MARGINS)
def test_more_losses_are_more_evidence_and_more_gains_are_less(
    worse: int, better: int, margin: float
) -> None:
    """Where the loss is above the margin, which is where the test can refuse."""
    originals = 1000
    assume((worse - better) / originals > margin)
    here = p_value(worse, better, originals, margin)
    assert p_value(worse + 1, better, originals, margin) <= here + 1e-12
    assert p_value(worse, better + 1, originals, margin) >= here - 1e-12


@given(COUNTS, COUNTS, MARGINS, MARGINS)
def test_a_larger_margin_is_never_stricter(worse: int, better: int, one: float, other: float) -> None:
    """A margin only forgives: at equal models the rate of false alarms is that of McNemar's test or less."""
    small, large = sorted((one, other))
    assert p_value(worse, better, 400, small) <= p_value(worse, better, 400, large) + 1e-12


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_the_comparison_counts_pairs(pairs: list[tuple[bool, bool]]) -> None:
    """Its counts and its loss are those of the pairs, and equal models show no loss."""
    new, live = [float(each[0]) for each in pairs], [float(each[1]) for each in pairs]
    found = compare(new, live)
    assert found.worse - found.better == pytest.approx(found.loss * len(pairs))
    assert not compare(new, new).shows_a_loss(0.5)


def test_an_original_counts_once_however_many_variants_it_has() -> None:
    """Six originals, each with a variant lost: six worse ones, and a loss of the lost shares."""
    found = compare([0.75] * 6, [1.0] * 6)
    assert (found.originals, found.worse, found.better) == (6, 6, 0)
    assert found.loss == pytest.approx(0.25)
    assert found.p == pytest.approx(1 / 64)


def test_many_small_losses_do_not_outweigh_large_gains() -> None:
    """More originals are worse than better, but the model gains in the mean: no loss is shown."""
    found = compare([0.9] * 12 + [1.0] * 3, [1.0] * 12 + [0.0] * 3)
    assert found.p < 0.025
    assert not found.shows_a_loss(0.025)
