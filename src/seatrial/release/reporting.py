"""Write a release's report at the end of a stage, however the stage ends."""

from __future__ import annotations

from types import TracebackType

from seatrial import console
from seatrial.errors import SeatrialError
from seatrial.release.record import Record
from seatrial.release.target import Target


class Reporting:
    """Writes the report on a release when the block ends.

    Without a call of `of` nothing is written. A report that cannot be written is a warning, not an error.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._began: Record | None = None

    def of(self, record: Record) -> None:
        """Set the release, as it was when the stage began."""
        self._began = record

    def __enter__(self) -> Reporting:
        """Begin the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the report."""
        if not self._began:
            return
        error = value if isinstance(value, SeatrialError) else None
        try:
            page = self._target.services.write_report(self._target, self._began, error)
            console.line(f"  report: {page.relative_to(self._target.workspace.root)}")
        except Exception as problem:
            reason = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
            console.line(f"  warning: no report on {self._began.release} ({reason})")
