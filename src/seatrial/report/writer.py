"""The report of a command: written when the command ends, however it ends."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import TracebackType

from seatrial import console
from seatrial.errors import RollbackFailedError, SeatrialError
from seatrial.release.record import Record
from seatrial.release.target import Target
from seatrial.workspace import write_atomically


class Reporting:
    """A context manager that writes the report of a release at the end of its block.

    `of` sets the release; without it no report is written. A report that cannot be written is a warning,
    never an error.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._began: Record | None = None

    def of(self, record: Record) -> None:
        """Set the release to report on: its record as the command found it."""
        self._began = record

    def __enter__(self) -> Reporting:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the report."""
        if not self._began:
            return
        error = value if isinstance(value, SeatrialError) else None
        try:
            page = write_report(self._target, self._began, error)
            console.line(f"  report: {page.relative_to(self._target.workspace.root)}")
        except Exception as problem:
            what = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
            console.line(f"  warning: no report on {self._began.release} ({what})")


def write_report(target: Target, began: Record, error: SeatrialError | None = None) -> Path:
    """Write report.html, report.json, summary.md and the suite's JUnit files; return the page.

    `began` is the record as the command found it, `error` what the command raised.
    """
    # Imported here because templates and image code take long to load.
    from seatrial.report.gather import Evidence, gather
    from seatrial.report.render import render_page, render_summary

    environment, record = target.environment, _latest(target, began, error)
    budget = environment.max_p95_milliseconds
    evidence = Evidence(target.workspace, began, record, environment.namespace, budget, error)
    data, root, folder = gather(evidence), target.workspace.root, evidence.folder
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
    found = target.cached_golden(record.golden_digest)
    return found.photos[0].path.parent if found else None
