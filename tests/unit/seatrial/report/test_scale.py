"""The axes of the charts."""

from __future__ import annotations

from seatrial.report.scale import LogScale, TimeScale, duration, milliseconds


def test_idle_times_are_cut() -> None:
    """An hour without a request is as wide as 20 s, and is labelled."""
    scale = TimeScale.over([0, 10, 3610, 3620], 0, 400)
    places = [scale(time) for time in (0, 10, 3610, 3620)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 400)
    assert [cut.text for cut in scale.cuts()] == ["60 min idle"]
    assert all(0 <= tick.at <= 400 for tick in scale.ticks())


def test_a_single_value_is_no_division_by_zero() -> None:
    """One time or no latency still gives a scale."""
    assert TimeScale.over([7], 10, 90)(7) == 10
    assert LogScale.over([], 0, 100)(1) == 0


def test_powers_of_ten_are_evenly_spaced() -> None:
    """From 1 ms to 1 s each power of ten takes a third; a larger value is at the end."""
    scale = LogScale.over([1, 1000], 0, 300)
    assert [round(scale(value)) for value in (1, 10, 100, 1000, 9000)] == [0, 100, 200, 300, 300]


def test_lengths_of_time_have_readable_units() -> None:
    """Seconds, minutes, hours; milliseconds and seconds."""
    assert [duration(90), duration(600), duration(9000)] == ["90 s", "10 min", "2.5 h"]
    assert [milliseconds(12.34), milliseconds(2963)] == ["12.3 ms", "2.96 s"]
