"""What the subprocess that checks files before a publication gets as its argument, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from seatrial.model.inference.confinement import Confinement
from seatrial.model.inference.message import Message
from seatrial.model.inference.probe_result import OutputRange
from seatrial.results import Check

SHOWN: Final = 20
"""Of more photos that cannot be decoded these are named."""


class PublicationTask(Message):
    """The directory of a model, if there is one, and directories of photos, all of them verified."""

    model: Path | None = None
    photos: tuple[Path, ...] = ()
    cpu_seconds: int
    require_isolation: bool = False

    @property
    def readable(self) -> tuple[Path, ...]:
        """The directories that the process may read."""
        return (*self.photos, *((self.model,) if self.model else ()))


class PublicationResult(Message):
    """The safety checks of the network, or the fault that it has as its card describes it.

    `outputs` is the range of its numbers for photos that show nothing. `broken` has the photos that cannot be
    decoded, at most SHOWN, each with the reason.
    """

    confinement: Confinement | None = None
    fault: str = ""
    inspection: tuple[Check, ...] = ()
    outputs: OutputRange | None = None
    broken: tuple[str, ...] = ()
