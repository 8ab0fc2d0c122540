"""Write a release's report at the end of a stage, however the stage ends."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import TracebackType

from seatrial import console
from seatrial.errors import RollbackFailedError, SeatrialError
from seatrial.release.ended_command import EndedCommand
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
            page = self._write(self._began, error)
            console.line(f"  report: {page.relative_to(self._target.workspace.root)}")
        except Exception as problem:
            reason = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
            console.line(f"  warning: no report on {self._began.release} ({reason})")

    def _write(self, began: Record, error: SeatrialError | None) -> Path:
        target, services, record = self._target, self._target.services, self._latest(began, error)
        # From the cache only: the report does not wait for an unreachable store.
        golden = services.golden_sets.cached(target.workspace, record.golden_digest)
        directory = golden.photos[0].path.parent if golden else None
        ended = EndedCommand(
            target.workspace, target.environment, began, record, directory, error, target.cluster.kubectl
        )
        return services.write_report(ended, services.runtime)

    def _latest(self, began: Record, error: SeatrialError | None) -> Record:
        # A rollback fails when the cluster does not respond, so it is not queried again.
        if isinstance(error, RollbackFailedError):
            return began
        with suppress(SeatrialError):
            return self._target.records.find(began.release) or began
        return began
