"""The checks, photos and requests in a report."""

from __future__ import annotations

from pathlib import Path

from seatrial.analysis.timeline import Sample, write_timeline
from seatrial.check_result import not_judged
from seatrial.report.gather import ReportInput, failures, gather
from seatrial.report.render import render_page
from seatrial.report.suite_report import SuiteFile, read_suite, report_checks
from seatrial.results import Check
from unit.seatrial.report.conftest import BEGAN, PASSED, Ended

FAILED = Check(name="It is quick.", passed=False, detail="p95 2 s")


def test_preview_and_live_results_are_side_by_side(ended: Ended) -> None:
    """The record has the last checks; those of the preview come from the record at the beginning."""
    source = ended("candidate", "previewed", "pending", "switched-back", verdicts=(PASSED, FAILED))
    began = source.began.model_copy(update={"verdicts": (PASSED,)})
    report = gather(ReportInput(source.workspace, began, source.record, "trial", 1000)).report
    found = {c.name: (c.preview and c.preview.status, c.live and c.live.status) for c in report.checks}
    assert found == {"It is quick.": (None, "failed"), "It answers.": ("passed", "passed")}
    assert (report.count("live", "passed"), report.count("live", "failed")) == (1, 1)
    assert [each.title for each in report.failures] == ["live: It is quick."]


def test_failed_checks_come_first_and_cases_are_counted() -> None:
    """A check with several cases is one row, and failed if one case failed."""
    cases = (PASSED, FAILED.model_copy(update={"passed": True}), FAILED, not_judged("It compares.", "new"))
    skipped = {"name": "It has a name.", "test": "t.py::test_name", "detail": "Skipped: by address"}
    suite = SuiteFile(skipped=[{**skipped, "required": True}])
    rows = report_checks({"preview": (cases, suite)})
    assert [(row.name, row.preview and row.preview.status) for row in rows] == [
        ("It is quick.", "failed"),
        ("It compares.", "not judged"),
        ("It answers.", "passed"),
        ("It has a name.", "skipped"),
    ]
    assert rows[0].preview
    assert rows[0].preview.cases == 2
    assert rows[3].preview
    assert (rows[3].preview.detail, rows[3].preview.required) == ("by address", True)


def test_a_declared_test_without_a_result_is_shown_as_not_run() -> None:
    """A suite that ended early does not hide the tests that it did not reach."""
    row = {"test": "t.py::test_a", "name": "It answers.", "required": True}
    missing = {"test": "t.py::test_b", "name": "It is quick.", "required": True}
    suite = SuiteFile(declared=[row, missing], checks=[{**row, "passed": True, "detail": "0.01 s"}])
    rows = report_checks({"live": (suite.results(), suite)})
    assert [(each.name, each.live and (each.live.status, each.live.detail)) for each in rows] == [
        ("It answers.", ("passed", "0.01 s")),
        ("It is quick.", ("skipped", "did not run")),
    ]


def test_a_photo_needs_the_least_probability(ended: Ended) -> None:
    """The right label with a lower probability than the golden set requires is marked as wrong."""
    source = ended("candidate", "refused")
    text = source.suite("preview").read_text()
    source.suite("preview").write_text(text.replace('"probability": 0.9', '"probability": 0.4'))
    photo = gather(source).report.photos[0]
    assert photo.preview
    assert not photo.preview.right


def test_an_invalid_suite_report_is_read_as_empty(ended: Ended) -> None:
    """A file that was cut off does not prevent the report."""
    source = ended("candidate", "refused")
    source.suite("preview").write_text('{"checks": [')
    assert read_suite(source.suite("preview")) == SuiteFile()


def test_checks_that_failed_for_one_reason_are_one_failure() -> None:
    """A name that does not resolve fails every check and is shown once."""
    cases = [Check(name=f"Check {n}.", passed=False, detail="no such name") for n in range(9)]
    found = failures(report_checks({"live": (tuple(cases), SuiteFile())}), None)
    assert [(each.title, each.detail) for each in found] == [
        ("live: 9 checks, the first: Check 0.", "no such name")
    ]


def test_the_live_probe_is_counted_and_drawn(ended: Ended, golden: Path) -> None:
    """Its requests are on the live lane, in the colour of the stable release's slot, and not in traffic."""
    source = ended("candidate", "refused")
    samples = [Sample(BEGAN.timestamp() + n, 9, 200, "trial-1", ok=True) for n in range(9)]
    write_timeline(source.folder / "meanwhile-timeline.jsonl", samples)
    (source.folder / "live-timeline.jsonl").unlink()
    data = gather(source)
    assert "9 requests, 0 failed, 0 wrong" in [fact.text for fact in data.report.facts]
    assert "live" not in [each.where for each in data.report.traffic]
    text = render_page(data, golden, source.workspace.root)
    assert "Live address: used by users" in text
    assert "trial-1, slot blue" in text
