"""Calibration: confidences against accuracy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.evaluation.calibration import below, calibrate

ROWS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def test_a_known_error() -> None:
    """Two bins: 0.95 with half of the answers right, 0.55 with all of them right."""
    found = calibrate([0.95, 0.95, 0.55, 0.55], [True, False, True, True], [1.0] * 4)
    assert found.error == pytest.approx(0.5 * 0.45 + 0.5 * 0.45)
    assert [(each.low, each.share, each.accuracy) for each in found.bins] == [
        (0.5, 0.5, 1.0),
        (0.9, 0.5, 0.5),
    ]


def test_a_calibrated_model_has_no_error() -> None:
    """As many answers are right as the confidence claims."""
    assert calibrate([0.75] * 4, [True, True, True, False], [1.0] * 4).error == pytest.approx(0)


@pytest.mark.parametrize(("confidence", "low"), [(0.0, 0.0), (0.1, 0.0), (0.3, 0.2), (0.31, 0.3), (1.0, 0.9)])
def test_a_bin_includes_its_upper_end(confidence: float, low: float) -> None:
    """Also where binary fractions are a little above or below tenths."""
    (found,) = calibrate([confidence], [True], [1.0]).bins
    assert found.low == pytest.approx(low)


@given(ROWS)
def test_the_error_is_a_share_and_the_bins_are_complete(rows: list[tuple[float, bool]]) -> None:
    """Every answer is in one bin."""
    found = calibrate([each[0] for each in rows], [each[1] for each in rows], [1.0] * len(rows))
    assert 0 <= found.error <= 1
    assert sum(each.share for each in found.bins) == pytest.approx(1)


@given(ROWS)
def test_variants_of_one_photo_weigh_as_much_as_the_photo(rows: list[tuple[float, bool]]) -> None:
    """Each answer twice with half of the weight changes nothing."""
    confidences, right = [each[0] for each in rows], [each[1] for each in rows]
    once = calibrate(confidences, right, [1.0] * len(rows))
    twice = calibrate(confidences * 2, right * 2, [0.5] * (2 * len(rows)))
    assert twice.error == pytest.approx(once.error)


def test_what_a_low_confidence_means() -> None:
    """Of 40 answers below 0.5 half are right, with the interval of 40 originals."""
    rows = below([0.4] * 40 + [0.95] * 60, [True, False] * 20 + [True] * 60, [1.0] * 100, 0.95)
    assert [each.confidence for each in rows] == [0.5, 0.75, 0.9]
    assert rows[0].share == pytest.approx(0.4)
    assert (rows[0].right.share, rows[0].right.low) == (pytest.approx(0.5), pytest.approx(0.352, abs=1e-3))
