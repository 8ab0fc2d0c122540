"""Write the report of a validation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from seatrial import console
from seatrial.atomic_files import write_atomically
from seatrial.model.locks.lock import Lock
from seatrial.model.validation.examination import Examination
from seatrial.runtime import SYSTEM, Runtime
from seatrial.settings import Settings
from seatrial.workspace import Workspace

NAME: Final = "validation"


def validation_directory(workspace: Workspace) -> Path:
    """Return the directory of the report of the last validation."""
    return workspace.root / "reports" / workspace.instance / NAME


def report_validation(
    settings: Settings, workspace: Workspace, lock: Lock, found: Examination, runtime: Runtime = SYSTEM
) -> Path | None:
    """Write validation.html, validation.json and validation.md, and print where the page is.

    They replace those of the validation before. Returns the page, or None after a warning if it cannot be
    written.
    """
    try:
        page = _write(settings, workspace, lock, found, runtime)
    except Exception as problem:
        reason = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
        console.line(f"  warning: no report of the validation ({reason})")
        return None
    console.line(f"  report: {page.relative_to(workspace.root)}")
    return page


def _write(
    settings: Settings, workspace: Workspace, lock: Lock, found: Examination, runtime: Runtime
) -> Path:
    # Imported here because templates and image code take long to load.
    from seatrial.report.redact import redact_report
    from seatrial.report.validation_gather import Validated, gather_validation, photo_directories
    from seatrial.report.validation_page import render_validation, render_validation_summary

    source = Validated(lock, found, workspace.revision, settings.validation.max_milliseconds)
    report = redact_report(gather_validation(source, runtime), workspace.root)
    folder = validation_directory(workspace)
    write_atomically(folder / f"{NAME}.json", report.model_dump_json(indent=2) + "\n")
    write_atomically(folder / f"{NAME}.md", render_validation_summary(report))
    write_atomically(folder / f"{NAME}.html", render_validation(report, *photo_directories(found)))
    return folder / f"{NAME}.html"
