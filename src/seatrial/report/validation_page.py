"""A validation report as an HTML page and as Markdown for a pull request."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from seatrial.report.render import templates, truncate
from seatrial.report.thumbnails import MAX_PHOTOS, thumbnails
from seatrial.report.validation_schema import ValidationReport

PULL_REQUEST_BYTES: Final = 60_000
"""GitHub refuses a pull request with a text over 65,536 characters; some are left for other text."""

ROWS: Final = 20
"""The number of rows of a table of classes on the page, and of each table in Markdown."""


def render_validation(report: ValidationReport, golden: Path | None, evaluation: Path | None) -> str:
    """Return the report as one HTML page without external resources and with every text escaped.

    `golden` and `evaluation` are the directories of the photos.
    """
    changed = report.changed[:MAX_PHOTOS]
    template = templates().get_template("validation.html")
    return template.render(
        report=report,
        changed=changed,
        rows=ROWS,
        golden_photos=thumbnails(golden, [photo.file for photo in report.golden]),
        changed_photos=thumbnails(evaluation, [photo.file for photo in changed]),
    )


def render_validation_summary(report: ValidationReport) -> str:
    """Return the report as Markdown of at most PULL_REQUEST_BYTES, with every text escaped."""
    text = templates().get_template("validation.md").render(report=report, rows=ROWS)
    return truncate(text, PULL_REQUEST_BYTES, "validation.html")
