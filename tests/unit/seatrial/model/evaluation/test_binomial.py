"""The binomial distribution, compared with exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.evaluation.binomial import at_least, mass


def exact(successes: int, trials: int, probability: Fraction) -> float:
    """Return the upper tail as the sum of exact fractions."""
    terms = range(max(successes, 0), trials + 1)
    return float(sum(comb(trials, k) * probability**k * (1 - probability) ** (trials - k) for k in terms))


@given(st.integers(0, 80), st.integers(-1, 81), st.integers(0, 20))
def test_the_tail_equals_the_sum_of_exact_fractions(trials: int, successes: int, twentieths: int) -> None:
    """To nine digits, also at the ends."""
    found = at_least(successes, trials, twentieths / 20)
    assert found == pytest.approx(exact(successes, trials, Fraction(twentieths, 20)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("successes", "trials", "tail"),
    [(5, 5, 1 / 32), (9, 10, 11 / 1024), (10_000, 20_000, 0.5028209), (10_200, 20_000, 0.00239044)],
)
def test_known_tails_at_one_half(successes: int, trials: int, tail: float) -> None:
    """Small ones are fractions; those of 20,000 agree with the sum of exact integers."""
    assert at_least(successes, trials, 0.5) == pytest.approx(tail, rel=1e-5)


@given(st.integers(1, 300), st.integers(1, 99))
def test_the_masses_sum_to_one(trials: int, hundredths: int) -> None:
    """The distribution is complete."""
    assert sum(mass(k, trials, hundredths / 100) for k in range(trials + 1)) == pytest.approx(1, abs=1e-9)
