"""The report of a validation: its data, the page and the Markdown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from samples import make_checkout
from seatrial.model.validation.examination import Examination
from seatrial.report.redact import redact_report
from seatrial.report.text import shown, without_links
from seatrial.report.validation_gather import Validated, gather_validation, photo_directories
from seatrial.report.validation_page import (
    PULL_REQUEST_BYTES,
    ROWS,
    render_validation,
    render_validation_summary,
)
from seatrial.report.validation_schema import ValidationReport
from seatrial.report.validation_writer import report_validation
from seatrial.results import Check
from seatrial.settings import load
from unit.seatrial.report.test_page import Elements
from unit.seatrial.report.validation_samples import LOCK, examination

LABEL = (
    "<script>alert(1)</script> | @octocat https://evil.example/x www.evil.example #1 GH-2 `code`\x1b[2J\u202e"
)


def gathered(found: Examination) -> ValidationReport:
    """Return the report of an examination."""
    return gather_validation(Validated(LOCK, found, "c" * 40, 250.0))


def page(found: Examination) -> str:
    """Return the HTML page of an examination."""
    return render_validation(gathered(found), *photo_directories(found))


def test_the_report_has_what_changed(tmp_path: Path) -> None:
    """Ten of a hundred photos are lost: they are listed with both answers, counted by class and by pair."""
    report = gathered(examination(tmp_path))
    assert report.headline.tone == "bad"
    assert (report.effects("worse"), report.effects("better"), report.effects("other")) == (10, 0, 0)
    first = report.changed[0]
    assert (first.expected, first.new.label, first.new.right) == ("red", "not red", False)
    assert first.live is not None
    assert (first.live.label, first.live.right) == ("red", True)
    assert [(row.answered, row.live, row.new) for row in report.confusion] == [("not red", 0, 10)]
    assert [(row.index, row.originals, row.worse, row.new, row.live) for row in report.classes] == [
        (0, 100, 10, 0.9, 1.0)
    ]
    assert [(each.model, each.median, each.slowest) for each in report.latency] == [
        ("new model", 2.0, 9.0),
        ("live model", 2.0, 9.0),
    ]
    assert [round(each.top1, 3) for each in report.accuracy] == [0.9, 1.0]
    assert sum(each.share for each in report.calibration) == pytest.approx(1)


def test_the_page_shows_every_part(tmp_path: Path) -> None:
    """Result, reason, models, checks, photos with both answers, confusion, classes, calibration, latency."""
    text = page(examination(tmp_path))
    for title in ("Why it is refused", "What was compared", "Checks", "Confusion", "By class", "Calibration"):
        assert f"<h2>{title}</h2>" in text
    for part in ("colours 1.1.0", "colours 1.0.0", "10 lost, 0 gained", "not red", "Golden set", "Latency"):
        assert part in text
    assert text.count('src="data:image/jpeg;base64,') == 3


def test_the_page_loads_nothing_and_runs_no_script(tmp_path: Path) -> None:
    """It can be mailed and archived."""
    elements = Elements(page(examination(tmp_path, LABEL))).found
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in elements}
    sources = [
        value or "" for _, names in elements for name, value in names.items() if name in ("src", "href")
    ]
    assert all(each.startswith("data:") for each in sources)


def test_a_label_cannot_change_the_page_or_the_pull_request(tmp_path: Path) -> None:
    """HTML, Markdown, mentions, links, references and control characters of a label are shown as text."""
    report = gathered(examination(tmp_path, LABEL))
    text = render_validation(report, None, None)
    summary = render_validation_summary(report)
    for rendered in (text, summary):
        assert "<script>" not in rendered
        assert not {"\x1b", "\u202e"} & set(rendered)
    assert "&lt;script&gt;" in text
    assert not re.search(r"@octocat|https://|www\.evil|#1|GH-2|(?<!\\)`code`", summary)
    rows = [line for line in summary.splitlines() if line.startswith("| ")]
    widths = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert widths <= {4, 5}


def test_a_long_label_is_cut(tmp_path: Path) -> None:
    """A model's labels do not decide the size of the report."""
    found = examination(tmp_path, "x" * 1_000_000)
    assert len(page(found)) < 500_000
    assert len(gathered(found).model_dump_json()) < 500_000


def test_a_pull_request_has_room_for_the_summary(tmp_path: Path) -> None:
    """Of two hundred changed photos the first are in it; a text that is still too long is cut."""
    report = gathered(examination(tmp_path, originals=2_000))
    summary = render_validation_summary(report)
    assert summary.count("not red") <= 2 * ROWS
    many = tuple(Check(name=f"golden: {number}.png", passed=True, detail="x" * 500) for number in range(1000))
    checks = gathered(Examination(many)).checks
    cut = render_validation_summary(report.model_copy(update={"checks": checks}))
    assert len(cut.encode()) <= PULL_REQUEST_BYTES
    assert cut.endswith("cut here: validation.html is complete.\n")


def test_a_model_that_was_not_run_has_its_checks_only(tmp_path: Path) -> None:
    """Parts without data are left out."""
    found = Examination((Check(name="onnx: readable", passed=False, detail="no ONNX file"),))
    text = page(found)
    assert "Refused: 1 of 1 checks failed" in text
    assert "no ONNX file" in text
    for title in ("Confusion", "By class", "Golden set", "Latency"):
        assert f"<h2>{title}</h2>" not in text
    assert "no ONNX file" in render_validation_summary(gathered(found))


def test_without_a_live_model_the_reason_is_shown(tmp_path: Path) -> None:
    """And neither its numbers nor changed photos."""
    report = gathered(examination(tmp_path, alone=True))
    live = next(fact for fact in report.facts if fact.name == "Live model")
    assert (live.text, live.note) == ("not compared", "none here")
    assert report.changed == ()
    assert len(report.accuracy) == 1
    text = render_validation(report, None, None)
    assert "against the live model" not in text
    assert "By class" in text


def test_paths_and_secrets_are_removed(tmp_path: Path) -> None:
    """As in the report of a release."""
    secret = "https://user:hunter22@registry.example"
    found = Examination((Check(name="x", passed=False, detail=f"{tmp_path}/model.onnx {secret}"),))
    report = redact_report(gathered(found), tmp_path)
    text = render_validation(report, None, None) + render_validation_summary(report)
    assert "hunter22" not in text
    assert str(tmp_path) not in text


def test_the_files_are_written_beside_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Page, data and Markdown are in reports/<instance>/validation, and the console names the page."""
    workspace = make_checkout(tmp_path / "checkout", "dev")
    found = examination(tmp_path)
    written = report_validation(load(workspace), workspace, LOCK, found)
    folder = workspace.root / "reports" / "dev" / "validation"
    assert written == folder / "validation.html"
    assert {each.name for each in folder.iterdir()} == {
        "validation.html",
        "validation.json",
        "validation.md",
    }
    assert json.loads((folder / "validation.json").read_text())["schema_version"] == 1
    assert capsys.readouterr().err == "  report: reports/dev/validation/validation.html\n"


def test_a_report_that_cannot_be_written_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The validation keeps its result."""
    workspace = make_checkout(tmp_path / "checkout", "dev")
    (workspace.root / "reports").write_text("a file where the directory should be")
    assert report_validation(load(workspace), workspace, LOCK, examination(tmp_path)) is None
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("  warning: no report of the validation (")


@pytest.mark.parametrize(
    ("text", "found"),
    [("tench, Tinca tinca", "tench, Tinca tinca"), ("a\nb", "a\\nb"), ("x" * 200, f"{'x' * 119}…")],
)
def test_shown_text_is_short_and_printable(text: str, found: str) -> None:
    """Other text is as it was."""
    assert shown(text) == found


def test_links_are_broken_and_other_text_stays() -> None:
    """Sizes, ratios and addresses without a scheme are no links."""
    assert without_links("1:2 e.g. a#b 3 / 4") == "1:2 e.g. a#b 3 / 4"
    assert without_links("@a") == "@\u200ba"
