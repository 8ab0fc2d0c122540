"""Reports under `reports/<instance>/`: the files and directories of each run."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from seatrial.retention.references import References, Removable

# The endings of the files of one run.
PARTS = re.compile(r"(-(preview|live|timeline))*(\.[a-z]+)?$")


@dataclass(frozen=True)
class RunReport(Removable):
    """The files and directories of one run."""

    paths: tuple[Path, ...] = ()

    def remove(self) -> None:
        """Delete them; a symbolic link is not followed."""
        for path in self.paths:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def list_reports(folder: Path, references: References) -> list[RunReport]:
    """Return the reports in a directory. Those of recorded releases are used.

    So are all reports of an environment that could not be read.
    """
    runs: dict[str, list[Path]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        runs.setdefault(path.name if path.is_dir() else PARTS.sub("", path.name), []).append(path)
    return [_report(run, tuple(paths), references) for run, paths in runs.items()]


def _report(run: str, paths: tuple[Path, ...], references: References) -> RunReport:
    newest = max(path.lstat().st_mtime for path in paths)
    return RunReport(run, datetime.fromtimestamp(newest, UTC), _used_by(run, references), paths=paths)


def _used_by(run: str, references: References) -> str:
    if run in references.releases:
        return f"release {run}"
    environment = run.rpartition("-")[0]
    return f"{environment} could not be read" if environment in references.unreachable else ""
