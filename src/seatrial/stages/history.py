"""What was released to an environment, by whom, and how it ended."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from seatrial.image_reference import ImageReference
from seatrial.release.record import OPEN, Record
from seatrial.release.services import Services
from seatrial.release.target import open_target
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


class Row(BaseModel):
    """One release as the table tells it; `stable` marks the one that serves, `when` is when it began."""

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

    @property
    def cells(self) -> tuple[str, ...]:
        """The row for a person: everything that is long made short."""
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
    """The releases that an environment remembers, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str
    releases: tuple[Row, ...]


def history(settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES) -> History:
    """Return what the environment's records say, newest first; as many as `keep_releases`, and who is named.

    Raises UsageError when there is no such environment or it was never prepared, OutsideError when its
    cluster does not answer.
    """
    records = open_target(settings, workspace, env, services).records
    known, stable = records.all(), records.stable()
    serving = stable.release if stable else ""
    return History(environment=env, releases=tuple(_row(each, serving) for each in reversed(known)))


def _row(record: Record, serving: str) -> Row:
    began = record.history[0]
    return Row(
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
    )


def _why(record: Record) -> str:
    """Return what the last change was for, the verdict, and where it came from, in words."""
    kept = sum(verdict.passed for verdict in record.verdicts)
    last = record.history[-1]
    open_since = f"nobody has ended it since {last.at:%H:%M:%S}" if record.state in OPEN else ""
    told = (
        last.detail,
        open_since,
        f"{kept} of {len(record.verdicts)} promises kept" if record.verdicts else "",
        f"was {record.promoted_from}" if record.promoted_from else "",
        f"approved by {record.approved_by}" if record.approved_by else "",
    )
    return "; ".join(word for word in told if word)
