"""History: the releases of an environment."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from seatrial.check_result import tally
from seatrial.image_reference import ImageReference
from seatrial.release.record import OPEN, Record
from seatrial.release.services import Services
from seatrial.release.target import open_target
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

PATIENCE_SECONDS: Final = 10
"""How long a cluster that does not respond is asked again: nothing is lost by giving up."""


class HistoryRow(BaseModel):
    """One release; `stable` marks the stable release, `when` is the time it began."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    release: str
    state: str
    stable: bool
    model: Artefact
    revision: str
    reference: ImageReference
    who: str
    when: datetime
    why: str
    approved_by: str
    promoted_from: str
    unchecked: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the table, with commit and digest abbreviated."""
        commit, _, dirty = self.revision.partition("-")
        return (
            f"{'*' if self.stable else ' '} {self.number}",
            self.release,
            self.state,
            f"{self.model.name} {self.model.version}",
            f"{commit[:9]}{'-' if dirty else ''}{dirty}",
            self.reference.digest.removeprefix("sha256:")[:12],
            self.who,
            f"{self.when:%Y-%m-%d %H:%M:%S}",
            self.why,
        )


class History(BaseModel):
    """The recorded releases of an environment, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str
    releases: tuple[HistoryRow, ...]


def history(settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES) -> History:
    """Return the recorded releases of an environment, newest first.

    `keep_releases` limits their number. Raises UsageError if there is no such environment or `bootstrap`
    has not prepared it, OutsideError if its cluster does not respond.
    """
    records = open_target(settings, workspace, env, services, PATIENCE_SECONDS).records
    known, stable = records.all(), records.stable()
    serving = stable.release if stable else ""
    return History(environment=env, releases=tuple(_row(each, serving) for each in reversed(known)))


def _row(record: Record, serving: str) -> HistoryRow:
    began = record.history[0]
    return HistoryRow(
        number=record.number,
        release=record.release,
        state=record.state,
        stable=record.release == serving,
        model=record.model,
        revision=record.revision,
        reference=record.reference,
        who=began.by,
        when=began.at,
        why=_why(record),
        approved_by=record.approved_by,
        promoted_from=record.promoted_from,
        unchecked=record.unchecked,
    )


def _hold(record: Record) -> str:
    hold = record.hold
    return f"on hold by {hold.by} since {hold.at:%Y-%m-%d %H:%M:%S}, {hold.why}" if hold else ""


def _why(record: Record) -> str:
    """Return why it was not checked, the last detail, the result of the checks, origin, approval and hold."""
    last = record.history[-1]
    parts = (
        f"not checked: {record.unchecked}" if record.unchecked else "",
        last.detail,
        f"over {record.fallback}, as {record.previous} could not be started" if record.fallback else "",
        f"not finished since {last.at:%H:%M:%S}" if record.state in OPEN else "",
        tally(record.verdicts) if record.verdicts else "",
        f"promoted from {record.promoted_from}" if record.promoted_from else "",
        f"approved by {record.approved_by}" if record.approved_by else "",
        _hold(record),
    )
    return "; ".join(part for part in parts if part)
