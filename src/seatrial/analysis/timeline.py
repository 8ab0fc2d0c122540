"""Every request of a load, written down: JSON lines that reports and measurements read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from seatrial.atomic_files import write_atomically
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class Sample:
    """One request: when it was sent (unix seconds), how long it took (ms), what came of it.

    `status` is 0 where no answer came; `ok` means 200 and the right label, given by the right release.
    """

    t: float
    ms: float
    status: int
    release: str
    ok: bool
    why: str = ""
    connection: str = "new"


def folder_of(workspace: Workspace, release: str) -> Path:
    """Return where the report of a release stands."""
    return workspace.root / "reports" / workspace.instance / release


def write_timeline(target: Path, answers: Iterable[Sample]) -> None:
    """Write answers in the order in which they were asked for, one JSON object a line."""
    rows = sorted(answers, key=lambda answer: answer.t)
    write_atomically(target, "".join(json.dumps(asdict(row)) + "\n" for row in rows))


def read_timeline(source: Path) -> list[Sample]:
    """Return the answers of a timeline; none where there is no file, without the lines that are no answer."""
    try:
        lines = source.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [answer for line in lines if (answer := _answer(line))]


def _answer(line: str) -> Sample | None:
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
    except (ValueError, TypeError, LookupError):
        return None
