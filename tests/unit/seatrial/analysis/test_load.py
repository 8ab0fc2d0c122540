"""The load that judges: seen keeping quiet, and seen objecting, against a real HTTP server."""

from __future__ import annotations

import time
from pathlib import Path

from imagemodel.card import FileEntry
from imagemodel.golden import Photo
from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.thresholds import Thresholds
from seatrial.wait import until
from watched import Behaviour, Watch, broken

# Seconds: longer than any test waits for an answer.
HANGS = 5


def test_right_answers_keep_the_promise(watch: Watch) -> None:
    """Right, quick answers of the right release break nothing."""
    watcher = watch()
    assert (watcher.broken(), broken(watcher), watcher.total) == ("", [], 25)


def test_a_wrong_label_breaks_it(watch: Watch, behaviour: Behaviour) -> None:
    """One wrong label breaks the promise at once, and is named."""
    behaviour.label = "dog"
    watcher = watch()
    assert "cat.jpg is cat, not dog" in watcher.broken()
    assert broken(watcher) == ["answers under load are right"]


def test_another_release_breaks_it(watch: Watch, behaviour: Behaviour) -> None:
    """An answer by another release than the one under trial breaks the promise."""
    behaviour.release = "trial-0"
    assert "trial-0 answered in place of trial-1" in watch().broken()


def test_an_error_breaks_it(watch: Watch, behaviour: Behaviour) -> None:
    """A status of 500 breaks the promise where no error is allowed."""
    behaviour.status = 500
    watcher = watch()
    assert "500" in watcher.broken()
    assert "requests under load succeed" in broken(watcher)


def test_few_errors_are_borne_where_they_are_allowed(watch: Watch, behaviour: Behaviour) -> None:
    """A share of errors above the one allowed breaks the promise only once there are enough requests."""
    behaviour.status = 500
    assert watch(max_error_rate=0.5, requests=5).broken() == ""
    assert watch(max_error_rate=0.5, requests=25).broken()


def test_slowness_breaks_it(watch: Watch, behaviour: Behaviour) -> None:
    """A 95th percentile over the budget breaks the promise."""
    behaviour.delay = 0.1
    assert broken(watch(max_p95=50)) == ["answers under load are quick"]


def test_slowness_is_broken_off_once_it_is_beyond_doubt(watch: Watch, behaviour: Behaviour) -> None:
    """More late answers than there may be of all that are planned end it early; fewer do not yet."""
    behaviour.delay = 0.1
    assert "took longer than 50 ms" in watch(max_p95=50, planned=100).broken()
    assert watch(max_p95=50, planned=1000).broken() == ""


def test_hanging_is_late_before_any_answer_has_come(watch: Watch, behaviour: Behaviour) -> None:
    """What users still wait for counts by how long they have waited: nobody waits for the last deadline."""
    behaviour.delay = HANGS
    load = LoadGenerator(
        watch.url, [watch.photo], Thresholds("trial-1", 0, 200), rate=100, limit=8, planned=25
    )
    with load:
        until("the verdict", lambda: load.broken() or None, HANGS)
        assert load.total == 0
        assert "took longer than 200 ms" in load.broken()


def test_silence_breaks_it(watch: Watch, tmp_path: Path) -> None:
    """An endpoint that never answers breaks the promise."""
    photo = Photo(tmp_path / "cat.jpg", "cat", 0, 0.5, "", "", FileEntry("0" * 64, 5))
    with LoadGenerator("http://127.0.0.1:1", [photo], Thresholds("trial-1", 0, 1000), 50, limit=3) as watcher:
        end = time.monotonic() + 10
        while watcher.total < 3 and time.monotonic() < end:
            time.sleep(0.02)
    assert watcher.broken()
    assert "it answered at all" in broken(watcher)


def test_every_request_is_noted(watch: Watch, behaviour: Behaviour) -> None:
    """What was asked, and what came of it, is there for the report: the wrong ones with why."""
    behaviour.label = "dog"
    watcher = watch()
    assert len(watcher.answers) == watcher.total == 25
    assert {(a.status, a.release, a.ok) for a in watcher.answers} == {(200, "trial-1", False)}
    assert "cat.jpg is cat, not dog" in watcher.answers[0].why


def test_few_answers_are_not_made_slower_than_the_slowest() -> None:
    """The 95th percentile of two answers lies between them."""
    watcher = LoadGenerator("http://127.0.0.1:1", [], Thresholds("trial-1", 0, 200), 1, seconds=[0.1, 0.2])
    assert not [verdict.name for verdict in watcher.verdicts() if not verdict.passed]
