"""A candidate beside the stable release: seen as good, and seen refused, against a real HTTP server."""

from __future__ import annotations

import pytest

from release_records import make_record
from seatrial.analysis.baseline import Baseline
from seatrial.analysis.timeline import Sample
from seatrial.release.live_probe import LiveProbe
from seatrial.release.records import Records
from watched import Behaviour, Watch, broken

STABLE = Baseline(
    release="trial-0", requests=30, failed=0, median_milliseconds=5_000, probabilities={"cat.jpg": 0.9}
)


def test_what_is_as_stable_breaks_nothing(watch: Watch) -> None:
    """As soon and as sure as the stable release was: all promises are kept, these two among them."""
    watcher = watch(stable=STABLE)
    assert (watcher.broken(), broken(watcher)) == ("", [])
    assert {"answers come as soon as from stable", "answers are as sure as from stable"} <= {
        verdict.name for verdict in watcher.verdicts()
    }


def test_slower_than_stable_breaks_it(watch: Watch, behaviour: Behaviour) -> None:
    """Within the budget, but more than twice as slow as the stable release just before."""
    behaviour.delay = 0.1
    watcher = watch(stable=STABLE.model_copy(update={"median_milliseconds": 20.0}), planned=25)
    assert broken(watcher) == ["answers come as soon as from stable"]
    assert "took longer than 40 ms" in watcher.broken()


def test_a_preview_is_not_compared_by_its_pace(watch: Watch, behaviour: Behaviour) -> None:
    """It alone has the suite to bear: there only the budget counts."""
    behaviour.delay = 0.1
    watcher = watch(stable=STABLE.model_copy(update={"median_milliseconds": 20.0}), max_slowdown=None)
    assert (watcher.broken(), broken(watcher)) == ("", [])


def test_few_answers_are_not_compared(watch: Watch, behaviour: Behaviour) -> None:
    """The median of a handful says nothing, and the verdict says so."""
    behaviour.delay = 0.1
    few = STABLE.model_copy(update={"median_milliseconds": 20.0, "requests": 9})
    (pace,) = [v for v in watch(stable=few).verdicts() if v.name == "answers come as soon as from stable"]
    assert pace.passed
    assert pace.detail.startswith("not compared")


@pytest.mark.parametrize("sure", [0.8, 1.0])
def test_the_same_model_that_is_less_or_more_sure_breaks_it(
    watch: Watch, behaviour: Behaviour, sure: float
) -> None:
    """The right label, but not as the stable release with the same model gives it."""
    behaviour.sure = sure
    watcher = watch(stable=STABLE)
    assert broken(watcher) == ["answers are as sure as from stable"]
    assert "0.100 of 0.02 at most (cat.jpg)" in watcher.verdicts()[-1].detail


def test_another_model_may_be_as_sure_as_it_likes(watch: Watch, behaviour: Behaviour) -> None:
    """With another model nothing is said about how sure it was."""
    behaviour.sure = 0.5
    assert broken(watch(stable=STABLE.model_copy(update={"probabilities": {}}))) == []


def test_the_baseline_is_what_stable_gave(watch: Watch) -> None:
    """The answers of another release are none of stable's; a failure is anybody's."""
    seen = watch(requests=1)
    seen.given["cat.jpg"] = [0.9, 0.9, 0.7]
    seen.answers = [
        Sample(5, 10, 200, "trial-0", ok=True),
        Sample(6, 30, 200, "trial-0", ok=True),
        Sample(7, 900, 200, "trial-1", ok=True),
        Sample(8, 900, 503, "", ok=False),
    ]
    found = LiveProbe(seen).baseline("trial-0", same_model=True)
    assert found == Baseline(
        release="trial-0", requests=3, failed=1, median_milliseconds=20, probabilities={"cat.jpg": 0.9}
    )
    other = LiveProbe(seen).baseline("trial-0", same_model=False)
    assert other is not None
    assert other.probabilities == {}


def test_without_a_stable_release_there_is_no_baseline(watch: Watch) -> None:
    """Nobody was asked, or nobody answered: nothing is compared."""
    assert LiveProbe().baseline("", same_model=False) is None
    assert LiveProbe(watch(requests=1)).baseline("trial-7", same_model=True) is None


def test_the_record_keeps_the_baseline_for_whoever_judges(records: Records) -> None:
    """Deploy and accept may run on different machines: the cluster tells the one what the other saw."""
    record = make_record(records, 1)
    records.move(record, "previewed", baseline=STABLE)
    records.move(record, "pending")
    pending = records.pending()
    assert pending is not None
    assert pending.baseline == STABLE
