"""The record of a release: what it consists of, its states, and the manifests that it applied."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from seatrial.analysis.baseline import Baseline
from seatrial.image_reference import ImageReference
from seatrial.kube.labels import Slot
from seatrial.results import Artefact, Check

State = Literal[
    "candidate",  # in its slot, under trial
    "previewed",  # passed the suite on its preview address
    "pending",  # switched, not accepted yet
    "stable",  # accepted
    "returning",  # a former stable release, being restored by a rollback
    "superseded",  # was stable, replaced by a later release
    "refused",  # removed before the switch
    "switched-back",  # removed after the switch
    "rolled-back",  # was stable, replaced by a rollback
]
OPEN: tuple[State, ...] = ("candidate", "previewed", "pending", "returning")


# Details of a rollback's changes; the name of the replaced release follows.
RETURNING_FROM = "from "
RETURNED_FROM = "returned from "


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(_Frozen):
    """A state of a release: since when, by whom, and why."""

    state: State
    at: AwareDatetime
    by: str
    detail: str = ""


class Hold(_Frozen):
    """Why a release must not be released again until `resume`: who rolled it back, and when."""

    at: datetime
    by: str
    why: str = ""


class Record(_Frozen):
    """One release.

    `previous` is the release that was stable when this one began (empty: none). `fallback` is the pending
    release that kept its users when this one began, because `previous` could not be started (empty: none, as
    a rule); undoing this one leads back to it. `promoted_from` is the
    release of another environment that ran the same image (empty: built for this one). `unchecked` is why
    the image was released without the statement that it passed `check` (empty: it had one, or an older
    version released it). `baseline` is what the stable release returned just before the switch.
    `golden_name` and `golden_version` are empty in records of older versions.
    """

    number: int
    release: str
    environment: str
    slot: Slot
    reference: ImageReference
    model: Artefact
    golden_digest: str
    golden_name: str = ""
    golden_version: str = ""
    revision: str
    working_state: str
    lock_digest: str
    suite: str
    previous: str = ""
    fallback: str = ""
    approved_by: str = ""
    promoted_from: str = ""
    unchecked: str = ""
    verdicts: tuple[Check, ...] = ()
    baseline: Baseline | None = None
    hold: Hold | None = None
    history: tuple[Change, ...] = Field(min_length=1)

    @property
    def state(self) -> State:
        """The present state."""
        return self.history[-1].state

    @property
    def since(self) -> datetime:
        """The time of the last change of state."""
        return self.history[-1].at

    @property
    def golden(self) -> Artefact:
        """The golden set; name and version are empty in records of older versions."""
        return Artefact(name=self.golden_name, version=self.golden_version, digest=self.golden_digest)

    @property
    def undone_to(self) -> str:
        """The release that users are on once this one is undone (empty: none)."""
        return self.fallback or self.previous

    @property
    def replaces(self) -> str:
        """The release that a returning one is to replace, empty in every other state."""
        change = self.history[-1]
        return change.detail.removeprefix(RETURNING_FROM) if change.state == "returning" else ""

    @property
    def returned_from(self) -> str:
        """The release from which a rollback returned to this stable one, empty if none did."""
        before = [change.state for change in self.history[-2:]]
        detail = self.history[-1].detail
        return detail.removeprefix(RETURNED_FROM) if before == ["returning", "stable"] else ""

    @property
    def was_live(self) -> bool:
        """Whether users may have been sent to it: `pending` is recorded just before the switch."""
        return any(change.state == "pending" for change in self.history)


class Manifests(_Frozen):
    """What a release applied: its slot's objects and the shared ones."""

    slot: list[dict[str, Any]]
    shared: list[dict[str, Any]]
