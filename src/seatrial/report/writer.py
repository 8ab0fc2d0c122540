"""Write the report on a release."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from seatrial.atomic_files import write_atomically
from seatrial.errors import RollbackFailedError, SeatrialError
from seatrial.release.record import Record
from seatrial.release.target import Target


def write_report(target: Target, began: Record, error: SeatrialError | None = None) -> Path:
    """Write the report on a release, and return its page.

    Beside the page stand report.json, summary.md and the suite's JUnit files.
    """
    # Only here: a release that needs no page must not wait for the drawing of one.
    from seatrial.report.gather import Evidence, gather
    from seatrial.report.redact import redacted
    from seatrial.report.render import page, summary

    asked, record = target.environment, _as_left(target, began, error)
    evidence = Evidence(target.workspace, began, record, asked.namespace, asked.max_p95_milliseconds, error)
    gathered, root, folder = gather(evidence), target.workspace.root, evidence.folder
    write_atomically(folder / "report.json", gathered.report.model_dump_json(indent=2) + "\n")
    write_atomically(folder / "summary.md", summary(gathered))
    for where in ("preview", "live"):
        with suppress(OSError):
            junit = folder.with_name(f"{record.release}-{where}.xml").read_text()
            write_atomically(folder / f"junit-{where}.xml", redacted(junit, root))
    target_page = folder / "report.html"
    write_atomically(target_page, page(gathered, _golden(target, record), root))
    return target_page


def _as_left(target: Target, began: Record, error: SeatrialError | None) -> Record:
    # A cluster that did not let a release be undone is not asked once more.
    if isinstance(error, RollbackFailedError):
        return began
    with suppress(SeatrialError):
        return target.records.find(began.release) or began
    return began


def _golden(target: Target, record: Record) -> Path | None:
    # A store that is away must not keep whoever is on call waiting for pictures.
    found = target.services.golden_sets.cached(target.workspace, record.golden_digest)
    return found.photos[0].path.parent if found else None
