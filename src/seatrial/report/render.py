"""A report as an HTML page and as a Markdown summary."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from seatrial.analysis.timeline import Sample
from seatrial.report.gather import ReportData
from seatrial.report.histogram import histogram
from seatrial.report.redact import redact
from seatrial.report.scale import milliseconds, percent
from seatrial.report.schema import PLACES, Where
from seatrial.report.text import without_links
from seatrial.report.thumbnails import thumbnails
from seatrial.report.timeline_chart import timeline

# GitHub refuses a step summary over 1,024 kB; this is below it, in bytes.
SUMMARY_BYTES = 1_000_000
_CUT = "\n\n…cut here: {page} is complete.\n"


def render_page(data: ReportData, golden: Path | None, root: Path) -> str:
    """Return the report as one HTML page without external resources.

    `golden` is the directory of the golden photos, `root` the checkout. Every text is escaped.
    """
    report = data.report
    drawn = _drawn(data, root) if data.timed else {}
    return (
        templates()
        .get_template("report.html")
        .render(
            report=report,
            line=timeline(drawn, report.moments, data.slots),
            histograms=[histogram(data.samples[each.where], each) for each in report.traffic],
            thumbnails=thumbnails(golden, [photo.file for photo in report.photos]),
        )
    )


def render_summary(data: ReportData) -> str:
    """Return the report as Markdown of at most SUMMARY_BYTES, with every text escaped."""
    text = templates().get_template("summary.md").render(report=data.report)
    return truncate(text, SUMMARY_BYTES)


def truncate(text: str, limit: int, page: str = "report.html") -> str:
    """Return `text` in at most `limit` bytes of UTF-8.

    A longer one is cut at the end of a line, with the name of the `page` that is complete.
    """
    raw = text.encode()
    if len(raw) <= limit:
        return text
    cut = _CUT.format(page=page)
    kept = raw[: max(limit - len(cut.encode()), 0)].decode(errors="ignore")
    return (kept.rpartition("\n")[0] + cut).encode()[:limit].decode(errors="ignore")


def escape_markdown(text: str) -> str:
    """Return `text` on one line with Markdown and HTML escaped, for a table cell."""
    flat = " ".join(text.split())
    flat = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", flat)


def _drawn(data: ReportData, root: Path) -> dict[Where, list[Sample]]:
    samples = {**data.samples, "live": [*data.live_probe, *data.samples.get("live", [])]}
    return {where: [_redacted(each, root) for each in samples.get(where, [])] for where in PLACES}


def _redacted(sample: Sample, root: Path) -> Sample:
    return replace(sample, why=redact(sample.why, root)) if sample.why else sample


def templates() -> Environment:
    """Return the templates of all reports; HTML is escaped, and an undefined name is an error."""
    environment = Environment(
        loader=PackageLoader("seatrial.report"),
        autoescape=select_autoescape(["html", "svg"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ms": milliseconds,
        "markdown": escape_markdown,
        "percent": percent,
        "quiet": lambda text: without_links(escape_markdown(text)),
        "place": lambda value: f"{value:.1f}",
    }
    return environment
