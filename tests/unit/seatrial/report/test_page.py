"""The page and the summary: what they tell, and what they never do."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from seatrial.analysis.timeline import Sample, write_timeline
from seatrial.errors import RefusedError
from seatrial.report.gather import gather
from seatrial.report.render import SUMMARY_BYTES, capped, page, summary
from seatrial.results import Check
from unit.seatrial.report.conftest import BEGAN, HOSTILE, KEPT, Ended, leave

STABLE = ("candidate", "previewed", "pending", "stable")
SWITCHED_BACK = ("candidate", "previewed", "pending", "switched-back")


class Elements(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))


def test_an_accepted_release_is_told_whole(ended: Ended, golden: Path) -> None:
    """Check, image, model, promises of both places, photos with answers, moments: all on the page."""
    evidence = ended(*STABLE, verdicts=(KEPT, Check(name="It is quick.", passed=True, detail="p95 9 ms")))
    text = page(gather(evidence), golden, evidence.workspace.root)
    for told in ("Accepted", "sha256:" + "a" * 64, "net 1.0.0", "It is quick.", "espresso", "90&nbsp;%"):
        assert told in text
    for moment in ("candidate started", "preview passed", "switched to it", "accepted"):
        assert f">{moment}" in text or f", {moment}" in text
    assert 'src="data:image/jpeg;base64,' in text


def test_the_page_needs_nothing_but_itself(ended: Ended, golden: Path) -> None:
    """No script, no address to be loaded from: the page can be mailed, and read in ten years."""
    evidence = ended(*STABLE)
    elements = Elements(page(gather(evidence), golden, evidence.workspace.root)).found
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in elements}
    loaded = [
        value or ""
        for _, attributes in elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset")
    ]
    assert [each for each in loaded if not each.startswith("data:")] == []


def test_a_hostile_label_is_text(ended: Ended, golden: Path) -> None:
    """Whatever an image answers or a log holds is shown as text, never run."""
    broken = Check(name=f"It is {HOSTILE}.", passed=False, detail=f"cup.jpg: {HOSTILE}")
    error = RefusedError(f"broken: {HOSTILE}", f"mend {HOSTILE}", f"log {HOSTILE}")
    evidence = ended(*SWITCHED_BACK, error=error, why=HOSTILE, verdicts=(broken,), previous=HOSTILE)
    leave(evidence, label=HOSTILE)
    bad = [Sample(BEGAN.timestamp(), 5, 500, HOSTILE, ok=False, why=HOSTILE)]
    write_timeline(evidence.folder / "live-timeline.jsonl", bad)
    gathered = gather(evidence)
    text = page(gathered, golden, evidence.workspace.root)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "<script" not in summary(gathered)


def test_no_path_and_no_secret_is_told(ended: Ended, golden: Path) -> None:
    """A log that holds both ends on the page without them."""
    evidence = ended("candidate", "refused")
    root = evidence.workspace.root
    # In pieces: a path of somebody's machine is not to be committed either.
    key, token = "/".join(("", "home", "ann", "key.pem")), "Authorization: Bearer abcdef0123456789abcd"
    log = f"{root}/tests/e2e/x.py:3: E\n{key}\n{token}\npassword=hunter2"
    evidence = ended("candidate", "refused", error=RefusedError("refused", "", log))
    bad = [Sample(BEGAN.timestamp(), 5, 0, "", ok=False, why=f"no {root}/socket")]
    write_timeline(evidence.folder / "preview-timeline.jsonl", bad)
    gathered = gather(evidence)
    for text in (page(gathered, golden, root), summary(gathered), gathered.report.model_dump_json()):
        assert not [each for each in (str(root), key, "abcdef0123456789", "hunter2") if each in text]
    assert "tests/e2e/x.py:3" in page(gathered, golden, root)


def test_a_failure_is_marked_and_said(ended: Ended, golden: Path) -> None:
    """A request that failed is a cross with its story, and is counted; it is not told by colour alone."""
    evidence = ended(*SWITCHED_BACK, why="it failed")
    answers = [Sample(BEGAN.timestamp() + n, 9, 200, "trial-2", ok=True) for n in range(25)]
    answers.append(Sample(BEGAN.timestamp() + 26, 9, 503, "trial-2", ok=False, why="HTTPError: 503"))
    write_timeline(evidence.folder / "live-timeline.jsonl", answers)
    gathered = gather(evidence)
    text = page(gathered, golden, evidence.workspace.root)
    assert re.search(r'class="cross"[^>]*><title>503 after 9 ms: HTTPError: 503</title>', text)
    assert "1 failed, 0 wrong" in text
    live = next(each for each in gathered.report.traffic if each.where == "live")
    assert (live.requests, live.failed, live.wrong) == (26, 1, 0)


@pytest.mark.parametrize("states", [("candidate", "refused"), ("candidate",), STABLE])
def test_what_is_missing_is_left_out(ended: Ended, states: tuple[str, ...]) -> None:
    """A release of which nothing was kept but its record still has a page."""
    evidence = ended(*states, verdicts=())
    for path in [*evidence.folder.iterdir(), *evidence.folder.parent.glob("*.json")]:
        path.unlink()
    text = page(gather(evidence), None, evidence.workspace.root)
    assert "trial-2" in text
    assert "None was asked" in text


def test_a_summary_stays_under_its_limit(ended: Ended) -> None:
    """A step summary over 1,024 kB would be refused whole: ours is cut at a line, and says so."""
    many = tuple(Check(name=f"Promise {n} {'ü' * 2000}", passed=True, detail="") for n in range(400))
    text = summary(gather(ended(*STABLE, verdicts=many)))
    assert len(text.encode()) <= SUMMARY_BYTES < 1_024_000
    assert text.endswith("the whole report is in report.html.\n")


@pytest.mark.parametrize("most", [0, 10, 80, 1000])
def test_a_cut_text_is_never_longer(most: int) -> None:
    """However little room there is, and whatever its letters weigh."""
    assert len(capped("zwölf\n" * 1000, most).encode()) <= most
