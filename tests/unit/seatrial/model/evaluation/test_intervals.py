"""Wilson's interval."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.evaluation.intervals import wilson

LEVELS = st.floats(0.5, 0.999)


@pytest.mark.parametrize(
    ("right", "size", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(right: int, size: int, low: float, high: float) -> None:
    """The 95 % intervals of Newcombe's four examples, to four digits."""
    found = wilson(right / size, size, 0.95)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.floats(0, 1), st.integers(1, 20_000), LEVELS)
def test_an_interval_contains_its_share_and_stays_in_bounds(share: float, size: int, level: float) -> None:
    """Also at 0 and 1, where rounding could cross them."""
    found = wilson(share, size, level)
    assert 0 <= found.low <= share <= found.high <= 1


@given(st.floats(0, 1), st.integers(1, 10_000), LEVELS)
def test_more_photos_and_a_lower_confidence_give_a_narrower_interval(
    share: float, size: int, level: float
) -> None:
    """The interval of a subset of what is asked contains the other one."""
    wide = wilson(share, size, level)
    for narrow in (wilson(share, 2 * size, level), wilson(share, size, level / 2)):
        assert wide.high - wide.low >= narrow.high - narrow.low


@given(st.floats(0, 1), st.integers(1, 1000), LEVELS)
def test_right_and_wrong_are_symmetric(share: float, size: int, level: float) -> None:
    """The interval of the wrong answers is that of the right ones, mirrored."""
    right, wrong = wilson(share, size, level), wilson(1 - share, size, level)
    assert right.low == pytest.approx(1 - wrong.high, abs=1e-9)


@pytest.mark.parametrize(("share", "size"), [(0.5, 20), (0.9, 50), (0.97, 600), (0.99, 100)])
def test_the_coverage_is_near_the_confidence(share: float, size: int) -> None:
    """Of 4,000 samples 95 % have the true share in their interval, within 3 points for the coarse ones."""
    chance, covered = random.Random(1), 0
    for _ in range(4000):
        seen = sum(chance.random() < share for _ in range(size)) / size
        found = wilson(seen, size, 0.95)
        covered += found.low <= share <= found.high
    assert covered / 4000 == pytest.approx(0.95, abs=0.03)
