"""The page of an acceptance suite that somebody ran by hand: no release, so only what it found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from seatrial import console
from seatrial.analysis.timeline import Sample
from seatrial.atomic_files import write_atomically
from seatrial.report.gather import Gathered, clean, failures
from seatrial.report.render import page, summary
from seatrial.report.schema import Fact, Headline, Promise, Report
from seatrial.report.suite_report import SuiteFile, photos, promises, read_suite
from seatrial.report.traffic import traffic


def leave_page(suite: Path, golden: Path | None) -> Path | None:
    """Write page, JSON and summary of a suite's JSON report into a folder of its name beside it.

    Returns the page, or None after one line of warning where it cannot be made.
    """
    try:
        return _leave(suite, golden)
    except Exception as problem:
        console.line(f"warning: no page for {suite.name} ({type(problem).__name__}: {problem})"[:300])
        return None


def _leave(suite: Path, golden: Path | None) -> Path:
    found, folder, root = read_suite(suite), suite.with_suffix(""), Path.cwd()
    asked = promises({"live": (found.verdicts(), found)})
    # Nobody noted when each was sent: their latency is known, their place in time is not.
    answers = [Sample(0, ms, 200, "", ok=True) for ms in found.milliseconds]
    report = Report(
        name=str(found.asked.get("url") or found.asked.get("env") or "acceptance"),
        made=datetime.now(UTC),
        headline=_headline(asked),
        facts=_facts(found),
        promises=asked,
        photos=photos({"live": found}),
        traffic=(traffic("live", answers, None),) if answers else (),
        failures=failures(asked, None),
        commands=_commands(found),
    )
    gathered = Gathered(clean(report, root))
    drawn = Gathered(gathered.report, {"live": answers}, timed=False)
    write_atomically(folder / "report.json", gathered.report.model_dump_json(indent=2) + "\n")
    write_atomically(folder / "summary.md", summary(gathered))
    write_atomically(folder / "report.html", page(drawn, golden, root))
    return folder / "report.html"


def _headline(asked: tuple[Promise, ...]) -> Headline:
    words = [each.live.word for each in asked if each.live]
    broken = words.count("broken")
    if not words or broken:
        text = f"{broken} of {len(words)} promises broken" if words else "The suite asked nothing"
        return Headline(tone="bad", text=text, why="Nothing was changed: a suite run by hand only reads.")
    kept = words.count("kept")
    why = "Run by hand: it reads, and records nothing in the cluster."
    return Headline(tone="good", text=f"All {kept} promises kept", why=why)


def _facts(found: SuiteFile) -> tuple[Fact, ...]:
    rows = [Fact(name="Asked at", text=str(found.asked.get("url") or found.asked.get("env") or "unknown"))]
    expected = ", ".join(found.asked.get("expect") or ())
    rows += [Fact(name="Expected", text=expected)] if expected else []
    for part, members in found.version.items():
        rows += [Fact(name=f"{part} {name}", text=str(value)) for name, value in members.items() if value]
    return tuple(rows)


def _commands(found: SuiteFile) -> tuple[Fact, ...]:
    release = str(found.version.get("app", {}).get("release") or "")
    rows = (
        [Fact(name=f"make trace WHAT={release}", text="release, image, model and commit")] if release else []
    )
    where = found.asked.get("url")
    again = f"make test-e2e URL={where}" if where else f"make test-e2e ENV={found.asked.get('env')}"
    return (*rows, Fact(name=again, text="the same once more"))
