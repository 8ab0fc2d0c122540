"""Write the report of a release."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from seatrial.atomic_files import write_atomically
from seatrial.release.ended_command import EndedCommand
from seatrial.runtime import SYSTEM, Runtime


def write_report(ended: EndedCommand, runtime: Runtime = SYSTEM) -> Path:
    """Write report.html, report.json, summary.md and the suite's JUnit files; return the page."""
    # Imported here because templates and image code take long to load.
    from seatrial.report.gather import ReportInput, gather
    from seatrial.report.render import render_page, render_summary

    environment, record = ended.environment, ended.record
    budget = environment.max_p95_milliseconds
    source = ReportInput(
        ended.workspace, ended.began, record, environment.namespace, budget, ended.error, ended.kubectl
    )
    data = gather(source, runtime)
    root, folder = ended.workspace.root, source.folder
    write_atomically(folder / "report.json", data.report.model_dump_json(indent=2) + "\n")
    write_atomically(folder / "summary.md", render_summary(data))
    _copy_junit(folder, record.release, root)
    write_atomically(folder / "report.html", render_page(data, ended.golden, root))
    return folder / "report.html"


def _copy_junit(folder: Path, release: str, root: Path) -> None:
    from seatrial.report.redact import redact

    for where in ("preview", "live"):
        with suppress(OSError):
            junit = folder.with_name(f"{release}-{where}.xml").read_text()
            write_atomically(folder / f"junit-{where}.xml", redact(junit, root))
