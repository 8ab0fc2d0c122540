"""The samples of a load as JSON lines, for reports and measurements."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from seatrial.atomic_files import write_atomically
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class Sample:
    """One request: when it was sent (Unix time, seconds), its latency (ms) and its outcome.

    `status` is 0 if no response arrived; `ok` means status 2xx, the correct label and the expected release.
    """

    t: float
    ms: float
    status: int
    release: str
    ok: bool
    why: str = ""
    connection: str = "new"


def report_directory(workspace: Workspace, release: str) -> Path:
    """Return the directory of a release's report."""
    return workspace.root / "reports" / workspace.instance / release


def write_timeline(target: Path, samples: Iterable[Sample]) -> None:
    """Write samples in the order in which they were sent, one JSON object per line."""
    rows = sorted(samples, key=lambda sample: sample.t)
    write_atomically(target, "".join(json.dumps(asdict(row)) + "\n" for row in rows))


def read_timeline(source: Path) -> list[Sample]:
    """Return the samples of a timeline; a missing file has none, malformed lines are ignored."""
    try:
        lines = source.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [sample for line in lines if (sample := _parse(line))]


def _parse(line: str) -> Sample | None:
    try:
        row = json.loads(line)
        return Sample(
            t=float(row["t"]),
            ms=float(row["ms"]),
            status=int(row["status"]),
            release=str(row["release"]),
            ok=bool(row["ok"]),
            why=str(row["why"]),
            connection=str(row["connection"]),
        )
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        return None
