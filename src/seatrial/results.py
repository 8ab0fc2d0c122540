"""What each stage hands to the next: the JSON in `.seatrial/<instance>/run/<stage>.json`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from seatrial.image_reference import ImageReference


class StageResult(BaseModel):
    """What every result carries: the stage, what it ran on, when, and how long (seconds)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str
    working_state: str
    revision: str
    lock_digest: str
    started: datetime
    seconds: float


class Artefact(BaseModel):
    """A published model or golden set: name, version, digest (`sha256:…`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    digest: str


class PublishResult(StageResult):
    """What was published, and whether it was new."""

    stage: Literal["publish"] = "publish"
    model: Artefact | None = None
    golden: Artefact | None = None
    created: bool


class FetchResult(StageResult):
    """The verified copies of what the lock names; paths are folders on this machine."""

    stage: Literal["fetch"] = "fetch"
    model: Artefact
    golden: Artefact
    model_path: str
    golden_path: str
    bytes_transferred: int


class Check(BaseModel):
    """One promise and whether it was kept, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    passed: bool
    detail: str


class ValidateResult(StageResult):
    """The report that `build` asks for: every verdict, for this model and golden set."""

    stage: Literal["validate"] = "validate"
    model: Artefact
    golden: Artefact
    passed: bool
    verdicts: tuple[Check, ...]


class BuildResult(StageResult):
    """The image, named by its config digest, and what is in it (bytes by layer)."""

    stage: Literal["build"] = "build"
    image_id: str
    model: Artefact
    golden: Artefact
    size: int
    layers: dict[str, int]


class CheckResult(StageResult):
    """The image that passed its tests, and how many there were."""

    stage: Literal["check"] = "check"
    image_id: str
    passed: int
    report: str


class PushResult(StageResult):
    """The checked image's reference in the registry, `repo@sha256:…`."""

    stage: Literal["push"] = "push"
    image_id: str
    reference: ImageReference
    model: Artefact
    golden: Artefact
    bytes_pushed: int


class DeployResult(StageResult):
    """A pending release: previewed and switched, its verdict not yet given."""

    stage: Literal["deploy"] = "deploy"
    environment: str
    release: str
    reference: str
    slot: str
    url: str


class AcceptResult(StageResult):
    """An accepted release, now stable."""

    stage: Literal["accept"] = "accept"
    environment: str
    release: str
    reference: str
    url: str
    verdicts: tuple[Check, ...]


class PromoteResult(StageResult):
    """An accepted release of the same digest elsewhere; `changed` is False where it served there already."""

    stage: Literal["promote"] = "promote"
    environment: str
    release: str
    reference: str
    source: str
    source_release: str
    approved_by: str
    changed: bool
    bytes_copied: int
    url: str
    verdicts: tuple[Check, ...]


class RollbackResult(StageResult):
    """What serves now (empty: nothing, where the first release was undone), and what it replaced."""

    stage: Literal["rollback"] = "rollback"
    environment: str
    release: str
    replaced: str
    reference: str


class UpdateResult(StageResult):
    """Whether model.lock changed, and what it names now."""

    stage: Literal["update"] = "update"
    changed: bool
    model: Artefact


class PrunedItem(BaseModel):
    """A report or an image, whether it was removed, and why or why not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    name: str
    removed: bool
    why: str


class PruneResult(StageResult):
    """What was removed (with `dry_run`: would be) and kept; `untouched` parts were not asked, and why."""

    stage: Literal["prune"] = "prune"
    dry_run: bool
    items: tuple[PrunedItem, ...]
    untouched: dict[str, str]
