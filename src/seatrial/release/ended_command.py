"""A command on a release that has ended: what its report is written from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import SeatrialError
from seatrial.release.record import Record
from seatrial.settings import Environment
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class EndedCommand:
    """The release before and after a command.

    `began` is the record when the command began, `record` when it ended, `error` what the command raised.
    `golden` is the directory of the golden set, if it is cached; `kubectl` the start of a command.
    """

    workspace: Workspace
    environment: Environment
    began: Record
    record: Record
    golden: Path | None = None
    error: SeatrialError | None = None
    kubectl: str = "kubectl"
