"""The reports of runs: files and folders under `reports/<instance>/`, those of one run together."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from seatrial.retention.references import References, Removable

# What the parts of one run's report end in.
PARTS = re.compile(r"(-(preview|live|timeline))*(\.[a-z]+)?$")


@dataclass(frozen=True)
class Report(Removable):
    """Everything that one run left."""

    paths: tuple[Path, ...] = ()

    def remove(self) -> None:
        """Take it away."""
        for path in self.paths:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def reports(folder: Path, named: References) -> list[Report]:
    """Return the reports in a folder; a release that is remembered, or may be, names its own."""
    runs: dict[str, list[Path]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        runs.setdefault(path.name if path.is_dir() else PARTS.sub("", path.name), []).append(path)
    return [_report(run, tuple(paths), _who(named)) for run, paths in runs.items()]


def _report(run: str, paths: tuple[Path, ...], who: Callable[[str], str]) -> Report:
    newest = max(path.lstat().st_mtime for path in paths)
    return Report(run, datetime.fromtimestamp(newest, UTC), who(run), paths=paths)


def _who(named: References) -> Callable[[str], str]:
    def who(run: str) -> str:
        if run in named.releases:
            return f"release {run}"
        environment = run.rpartition("-")[0]
        return f"{environment} could not be asked" if environment in named.silent else ""

    return who
