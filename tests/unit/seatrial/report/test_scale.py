"""Axes."""

from __future__ import annotations

from seatrial.report.scale import LogScale, TimeScale, clock, milliseconds


def test_time_runs_from_left_to_right_without_long_silences() -> None:
    """An hour in which nothing happened takes no more room than any other silence, and is named."""
    scale = TimeScale.over([0, 10, 3610, 3620], 0, 400)
    places = [scale(time) for time in (0, 10, 3610, 3620)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 400)
    assert [cut.text for cut in scale.cuts()] == ["60 min of silence"]
    assert all(0 <= tick.at <= 400 for tick in scale.ticks())


def test_a_single_moment_has_a_place() -> None:
    """Nothing divides by nothing."""
    assert TimeScale.over([7], 10, 90)(7) == 10
    assert LogScale.over([], 0, 100)(1) == 0


def test_orders_of_magnitude_are_evenly_spaced() -> None:
    """1 ms to 1 s: each tenfold takes a third."""
    scale = LogScale.over([1, 1000], 0, 300)
    assert [round(scale(value)) for value in (1, 10, 100, 1000, 9000)] == [0, 100, 200, 300, 300]


def test_lengths_are_said_as_people_say_them() -> None:
    """Seconds, minutes, hours; milliseconds and seconds."""
    assert [clock(90), clock(600), clock(9000)] == ["90 s", "10 min", "2.5 h"]
    assert [milliseconds(12.34), milliseconds(2963)] == ["12.3 ms", "2.96 s"]
