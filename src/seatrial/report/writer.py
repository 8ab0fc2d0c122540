"""Write the report of a release."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from seatrial.atomic_files import write_atomically
from seatrial.errors import RollbackFailedError, SeatrialError
from seatrial.release.record import Record
from seatrial.release.target import Target


def write_report(target: Target, began: Record, error: SeatrialError | None = None) -> Path:
    """Write report.html, report.json, summary.md and the suite's JUnit files; return the page.

    `began` is the record as the command found it, `error` what the command raised.
    """
    # Imported here because templates and image code take long to load.
    from seatrial.report.gather import ReportInput, gather
    from seatrial.report.render import render_page, render_summary

    environment, record = target.environment, _latest(target, began, error)
    budget = environment.max_p95_milliseconds
    source = ReportInput(target.workspace, began, record, environment.namespace, budget, error)
    data = gather(source, target.services.runtime)
    root, folder = target.workspace.root, source.folder
    write_atomically(folder / "report.json", data.report.model_dump_json(indent=2) + "\n")
    write_atomically(folder / "summary.md", render_summary(data))
    _copy_junit(folder, record.release, root)
    write_atomically(folder / "report.html", render_page(data, _golden(target, record), root))
    return folder / "report.html"


def _copy_junit(folder: Path, release: str, root: Path) -> None:
    from seatrial.report.redact import redact

    for where in ("preview", "live"):
        with suppress(OSError):
            junit = folder.with_name(f"{release}-{where}.xml").read_text()
            write_atomically(folder / f"junit-{where}.xml", redact(junit, root))


def _latest(target: Target, began: Record, error: SeatrialError | None) -> Record:
    # A rollback fails when the cluster does not respond, so it is not queried again.
    if isinstance(error, RollbackFailedError):
        return began
    with suppress(SeatrialError):
        return target.records.find(began.release) or began
    return began


def _golden(target: Target, record: Record) -> Path | None:
    # From the cache only: the report does not wait for an unreachable store.
    found = target.services.golden_sets.cached(target.workspace, record.golden_digest)
    return found.photos[0].path.parent if found else None
