"""A release as it is recorded: what it was made of, what state it is in, and what it applied."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from seatrial.analysis.baseline import Baseline
from seatrial.kube.labels import Slot
from seatrial.results import Artefact, Check

State = Literal[
    "candidate",  # being tried in its slot
    "previewed",  # its suite passed on preview
    "pending",  # switched, verdict not yet given
    "stable",  # accepted
    "returning",  # an accepted one on its way back by a rollback
    "superseded",  # accepted once, replaced by a later one
    "refused",  # removed before a user saw it
    "switched-back",  # removed after the switch
    "rolled-back",  # was stable, taken back by hand
]
OPEN: tuple[State, ...] = ("candidate", "previewed", "pending", "returning")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(_Frozen):
    """A release's state from one moment on, who brought it about, and why."""

    state: State
    at: datetime
    by: str
    detail: str = ""


class Record(_Frozen):
    """One release. `previous` is the release that was stable when it began, empty for the first.

    `promoted_from` is the release of another environment whose image this is, if it is one's;
    `baseline` what the stable release gave just before the switch.
    """

    number: int
    release: str
    environment: str
    slot: Slot
    reference: str
    model: Artefact
    golden_digest: str
    revision: str
    working_state: str
    lock_digest: str
    suite: str
    previous: str = ""
    approved_by: str = ""
    promoted_from: str = ""
    verdicts: tuple[Check, ...] = ()
    baseline: Baseline | None = None
    history: tuple[Change, ...]

    @property
    def state(self) -> State:
        """The state it is in."""
        return self.history[-1].state

    @property
    def since(self) -> datetime:
        """When it came into that state."""
        return self.history[-1].at


class Manifests(_Frozen):
    """What a release applied: its slot's objects and the shared ones."""

    slot: list[dict[str, Any]]
    shared: list[dict[str, Any]]
