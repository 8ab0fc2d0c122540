"""A report as a page, and as a summary in Markdown."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from seatrial.analysis.timeline import Sample
from seatrial.report.gather import Gathered
from seatrial.report.histogram import histogram
from seatrial.report.redact import redacted
from seatrial.report.scale import milliseconds
from seatrial.report.schema import PLACES, Where
from seatrial.report.thumbnails import thumbnails
from seatrial.report.timeline_chart import timeline

# A step summary over 1,024 kB is refused whole; kept well under it, in bytes.
SUMMARY_BYTES = 1_000_000
_CUT = "\n\n…cut here: the whole report is in report.html.\n"


def page(gathered: Gathered, golden: Path | None, root: Path) -> str:
    """Return the report as one HTML page that needs nothing else; `golden` is the folder of the photos.

    Whatever stands in the report is shown as text, never taken as HTML.
    """
    report = gathered.report
    drawn = _drawn(gathered, root) if gathered.timed else {}
    return (
        _templates()
        .get_template("report.html")
        .render(
            report=report,
            line=timeline(drawn, report.moments, gathered.slots),
            histograms=[histogram(gathered.answers[each.where], each) for each in report.traffic],
            thumbnails=thumbnails(golden, [photo.file for photo in report.photos]),
        )
    )


def summary(gathered: Gathered) -> str:
    """Return the report as Markdown of at most SUMMARY_BYTES, its texts unable to be anything but text."""
    text = _templates().get_template("summary.md").render(report=gathered.report)
    return capped(text, SUMMARY_BYTES)


def capped(text: str, most: int) -> str:
    """Return a text of at most `most` bytes of UTF-8, cut at a line where it is longer."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    kept = raw[: max(most - len(_CUT.encode()), 0)].decode(errors="ignore")
    return (kept.rpartition("\n")[0] + _CUT).encode()[:most].decode(errors="ignore")


def markdown(text: str) -> str:
    """Return a text in which nothing is Markdown or HTML, fit for a table's cell."""
    flat = " ".join(text.split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", flat)


def _drawn(gathered: Gathered, root: Path) -> dict[Where, list[Sample]]:
    answers = {**gathered.answers, "live": [*gathered.meanwhile, *gathered.answers.get("live", [])]}
    return {
        where: [_told(each, root) if each.why else each for each in answers.get(where, [])]
        for where in PLACES
    }


def _told(answer: Sample, root: Path) -> Sample:
    return replace(answer, why=redacted(answer.why, root))


def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("seatrial.report"),
        autoescape=select_autoescape(["html", "svg"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"ms": milliseconds, "markdown": markdown, "place": lambda value: f"{value:.1f}"}
    return made
