"""What came of a promise, where."""

from __future__ import annotations

from pathlib import Path

from seatrial.analysis.timeline import Sample, write_timeline
from seatrial.report.gather import Evidence, failures, gather
from seatrial.report.render import page
from seatrial.report.suite_report import SuiteFile, promises, read_suite
from seatrial.results import Check
from unit.seatrial.report.conftest import BEGAN, KEPT, Ended

BROKEN = Check(name="It is quick.", passed=False, detail="p95 2 s")


def test_preview_and_live_stand_side_by_side(ended: Ended) -> None:
    """The record keeps the last verdicts; those of the preview are the ones that accept found there."""
    evidence = ended("candidate", "previewed", "pending", "switched-back", verdicts=(KEPT, BROKEN))
    began = evidence.began.model_copy(update={"verdicts": (KEPT,)})
    report = gather(Evidence(evidence.workspace, began, evidence.record, "trial", 1000)).report
    found = {p.name: (p.preview and p.preview.word, p.live and p.live.word) for p in report.promises}
    assert found == {"It is quick.": (None, "broken"), "It answers.": ("kept", "kept")}
    assert report.kept("live") == (1, 2)
    assert [each.title for each in report.failures] == ["live: It is quick."]


def test_broken_promises_come_first_and_cases_are_counted() -> None:
    """One promise asked in several cases is one row, broken if one case is."""
    cases = (KEPT, BROKEN.model_copy(update={"passed": True}), BROKEN)
    suite = SuiteFile(skipped=[{"name": "It has a name.", "detail": "Skipped: by address"}])
    rows = promises({"preview": (cases, suite)})
    assert [(row.name, row.preview and row.preview.word) for row in rows] == [
        ("It is quick.", "broken"),
        ("It answers.", "kept"),
        ("It has a name.", "not asked"),
    ]
    assert rows[0].preview
    assert rows[0].preview.cases == 2


def test_a_photo_is_right_only_if_sure_enough(ended: Ended) -> None:
    """The right label with too little confidence is marked."""
    evidence = ended("candidate", "refused")
    text = evidence.suite("preview").read_text()
    evidence.suite("preview").write_text(text.replace('"probability": 0.9', '"probability": 0.4'))
    photo = gather(evidence).report.photos[0]
    assert photo.preview
    assert not photo.preview.right


def test_a_suite_that_left_nonsense_left_nothing(ended: Ended) -> None:
    """A report cut off half-way is none."""
    evidence = ended("candidate", "refused")
    evidence.suite("preview").write_text('{"promises": [')
    assert read_suite(evidence.suite("preview")) == SuiteFile()


def test_promises_broken_by_one_cause_are_told_together() -> None:
    """A name that does not resolve breaks them all: it is said once."""
    cases = [Check(name=f"Promise {n}.", passed=False, detail="no such name") for n in range(9)]
    told = failures(promises({"live": (tuple(cases), SuiteFile())}), None)
    assert [(each.title, each.detail) for each in told] == [
        ("live: 9 promises, the first: Promise 0.", "no such name")
    ]


def test_what_users_met_meanwhile_is_drawn_and_counted_apart(ended: Ended, golden: Path) -> None:
    """The live address is shown before the switch too, in the colour of the release that answered."""
    evidence = ended("candidate", "refused")
    answers = [Sample(BEGAN.timestamp() + n, 9, 200, "trial-1", ok=True) for n in range(9)]
    write_timeline(evidence.folder / "meanwhile-timeline.jsonl", answers)
    (evidence.folder / "live-timeline.jsonl").unlink()
    gathered = gather(evidence)
    assert "9 requests, 0 failed, 0 wrong" in [fact.text for fact in gathered.report.facts]
    assert "live" not in [each.where for each in gathered.report.traffic]
    text = page(gathered, golden, evidence.workspace.root)
    assert "Live address: where the users are" in text
    assert "trial-1, slot blue" in text
