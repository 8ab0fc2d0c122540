"""The HTML page and the Markdown summary."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from seatrial.analysis.timeline import Sample, write_timeline
from seatrial.check_result import not_judged
from seatrial.errors import RefusedError
from seatrial.report.gather import gather
from seatrial.report.render import SUMMARY_BYTES, render_page, render_summary, truncate
from seatrial.results import Check
from unit.seatrial.report.conftest import BEGAN, HOSTILE, PASSED, Ended, write_files

STABLE = ("candidate", "previewed", "pending", "stable")
SWITCHED_BACK = ("candidate", "previewed", "pending", "switched-back")


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Append the element."""
        self.found.append((tag, dict(attrs)))


def test_the_page_shows_every_part_of_an_accepted_release(ended: Ended, golden: Path) -> None:
    """Headline, image, model, checks, photos with predictions and state changes are on the page."""
    source = ended(*STABLE, verdicts=(PASSED, Check(name="It is quick.", passed=True, detail="p95 9 ms")))
    text = render_page(gather(source), golden, source.workspace.root)
    for shown in ("Accepted", "sha256:" + "a" * 64, "net 1.0.0", "It is quick.", "espresso", "90&nbsp;%"):
        assert shown in text
    for moment in ("candidate started", "preview passed", "switched", "accepted"):
        assert f">{moment}" in text or f", {moment}" in text
    assert 'src="data:image/jpeg;base64,' in text


def test_the_page_has_no_external_resources(ended: Ended, golden: Path) -> None:
    """It runs no script and loads nothing, so it can be mailed and archived."""
    source = ended(*STABLE)
    elements = Elements(render_page(gather(source), golden, source.workspace.root)).found
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in elements}
    loaded = [
        value or ""
        for _, attributes in elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset")
    ]
    assert [each for each in loaded if not each.startswith("data:")] == []


def test_every_text_is_escaped(ended: Ended, golden: Path) -> None:
    """A label, log or name with HTML in it is shown as text."""
    failed = Check(name=f"It is {HOSTILE}.", passed=False, detail=f"cup.jpg: {HOSTILE}")
    error = RefusedError(f"refused: {HOSTILE}", f"fix {HOSTILE}", f"log {HOSTILE}")
    source = ended(*SWITCHED_BACK, error=error, why=HOSTILE, verdicts=(failed,), previous=HOSTILE)
    write_files(source, label=HOSTILE)
    bad = [Sample(BEGAN.timestamp(), 5, 500, HOSTILE, ok=False, why=HOSTILE)]
    write_timeline(source.folder / "live-timeline.jsonl", bad)
    gathered = gather(source)
    text = render_page(gathered, golden, source.workspace.root)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "<script" not in render_summary(gathered)


def test_paths_and_secrets_are_removed(ended: Ended, golden: Path) -> None:
    """A log with a path of this machine or a credential is shown without it."""
    source = ended("candidate", "refused")
    root = source.workspace.root
    # In pieces, because no path of a machine may be committed.
    key, token = "/".join(("", "home", "ann", "key.pem")), "Authorization: Bearer abcdef0123456789abcd"
    log = f"{root}/tests/e2e/x.py:3: E\n{key}\n{token}\npassword=hunter2"
    source = ended("candidate", "refused", error=RefusedError("refused", "", log))
    bad = [Sample(BEGAN.timestamp(), 5, 0, "", ok=False, why=f"no {root}/socket")]
    write_timeline(source.folder / "preview-timeline.jsonl", bad)
    gathered = gather(source)
    for text in (
        render_page(gathered, golden, root),
        render_summary(gathered),
        gathered.report.model_dump_json(),
    ):
        assert not [each for each in (str(root), key, "abcdef0123456789", "hunter2") if each in text]
    assert "tests/e2e/x.py:3" in render_page(gathered, golden, root)


def test_a_failed_request_is_marked_and_counted(ended: Ended, golden: Path) -> None:
    """It is a cross with a tooltip, so that colour is not the only mark."""
    source = ended(*SWITCHED_BACK, why="it failed")
    samples = [Sample(BEGAN.timestamp() + n, 9, 200, "trial-2", ok=True) for n in range(25)]
    samples.append(Sample(BEGAN.timestamp() + 26, 9, 503, "trial-2", ok=False, why="HTTPError: 503"))
    write_timeline(source.folder / "live-timeline.jsonl", samples)
    gathered = gather(source)
    text = render_page(gathered, golden, source.workspace.root)
    assert re.search(r'class="cross"[^>]*><title>503 after 9 ms: HTTPError: 503</title>', text)
    assert "1 failed, 0 wrong" in text
    live = next(each for each in gathered.report.traffic if each.where == "live")
    assert (live.requests, live.failed, live.wrong) == (26, 1, 0)


@pytest.mark.parametrize("states", [("candidate", "refused"), ("candidate",), STABLE])
def test_missing_files_are_left_out(ended: Ended, states: tuple[str, ...]) -> None:
    """A release with nothing but its record has a page."""
    source = ended(*states, verdicts=())
    for path in [*source.folder.iterdir(), *source.folder.parent.glob("*.json")]:
        path.unlink()
    text = render_page(gather(source), None, source.workspace.root)
    assert "trial-2" in text
    assert "No check ran" in text


def test_a_long_summary_is_cut(ended: Ended) -> None:
    """GitHub refuses a step summary over 1,024 kB; the cut is at the end of a line and is marked."""
    many = tuple(Check(name=f"Check {n} {'ü' * 2000}", passed=True, detail="") for n in range(400))
    text = render_summary(gather(ended(*STABLE, verdicts=many)))
    assert len(text.encode()) <= SUMMARY_BYTES < 1_024_000
    assert text.endswith("report.html is complete.\n")


@pytest.mark.parametrize("limit", [0, 10, 80, 1000])
def test_a_cut_text_is_within_the_limit(limit: int) -> None:
    """The limit is in bytes, and holds for letters of several bytes."""
    assert len(truncate("zwölf\n" * 1000, limit).encode()) <= limit


def test_a_skipped_check_is_shown_with_its_reason(ended: Ended, golden: Path) -> None:
    """Page and summary name the reason, and the page marks a required check."""
    source = ended("candidate", "refused")
    row = {"name": "It has the expected version.", "test": "t.py::test_version", "seconds": 0}
    skipped = [{**row, "detail": "Skipped: no --expect", "required": True}]
    source.suite("preview").write_text(json.dumps({"checks": [], "skipped": skipped}))
    data = gather(source)
    text = render_page(data, golden, source.workspace.root)
    assert re.search(r'class="status skipped">skipped</span> \(required\)', text)
    assert "no --expect" in text
    assert "1 of 1</b>checks passed, 1 skipped, preview" in text
    assert "skipped: no --expect" in render_summary(data)


def test_a_check_that_was_not_judged_is_not_shown_as_passed(ended: Ended, golden: Path) -> None:
    """Page and summary have the reason; it has a sign of its own, and is not counted as passed."""
    missing = not_judged("latency compared with stable", "the live probe has no response of trial-1")
    source = ended("candidate", "previewed", verdicts=(PASSED, missing))
    data = gather(source)
    text = render_page(data, golden, source.workspace.root)
    assert re.search(
        r'class="status not-judged">not judged</span>\s*<div class="small soft">because the', text
    )
    assert "1 of 2</b>checks passed, 1 not judged, preview" in text
    assert "not judged, because the live probe has no response of trial-1" in render_summary(data)


def test_a_report_names_a_missing_golden_set(ended: Ended) -> None:
    """Photos that are not in the cache are not silently left out."""
    source = ended(*STABLE)
    assert "cache does not have the golden set" in render_page(gather(source), None, source.workspace.root)
