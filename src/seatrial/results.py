"""The typed results of the stages, as JSON in `.seatrial/<instance>/run/<stage>.json`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from seatrial.check_result import Check as Check
from seatrial.image_reference import ImageReference

# Results of older versions call the field `image`.
ImageId = Annotated[str, Field(validation_alias=AliasChoices("image_id", "image"))]


class StageResult(BaseModel):
    """The fields of every result: the stage, what it ran on, when it began, and its duration in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str
    working_state: str
    revision: str
    lock_digest: str
    started: datetime
    seconds: float


class Artefact(BaseModel):
    """A published model, golden set or evaluation set: name, version, digest (`sha256:…`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    digest: str


class CardResult(StageResult):
    """A sealed model directory: its path, how photos are prepared, and the scores that it gives.

    `created` is False if the same model was there already. `changes` are what was rewritten in the network
    and in the labels, a sentence each.
    """

    stage: Literal["card"] = "card"
    model: Artefact
    path: str
    created: bool
    preset: str
    input: str
    output: str
    changes: tuple[str, ...]


class PublishResult(StageResult):
    """What was published, and whether it is new in the store.

    `completed` means that an earlier publication of the same was interrupted. `channel_kept_at` is the
    version that the channel then kept, because it is not older.
    """

    stage: Literal["publish"] = "publish"
    model: Artefact | None = None
    golden: Artefact | None = None
    evaluation: Artefact | None = None
    created: bool
    completed: bool = False
    channel_kept_at: str = ""


class FetchResult(StageResult):
    """The verified copies of what is locked, as directories; `evaluation` is None if the lock has none."""

    stage: Literal["fetch"] = "fetch"
    model: Artefact
    golden: Artefact
    model_path: str
    golden_path: str
    evaluation: Artefact | None = None
    evaluation_path: str = ""
    bytes_transferred: int


class ValidateResult(StageResult):
    """The checks of this model, golden set and evaluation set; `build` requires that all passed."""

    stage: Literal["validate"] = "validate"
    model: Artefact
    golden: Artefact
    evaluation: Artefact | None = None
    passed: bool
    verdicts: tuple[Check, ...]


class BuildResult(StageResult):
    """The image by its id (the digest of its config), and its size in bytes, also by layer.

    `base` is the base image, `base_state` whether a digest pins it; empty in results of older versions.
    """

    stage: Literal["build"] = "build"
    image_id: ImageId
    model: Artefact
    golden: Artefact
    size: int
    layers: dict[str, int]
    base: str = ""
    base_state: Literal["", "pinned", "not pinned"] = ""


class RunResult(StageResult):
    """The image that was run, and the URL at which it was until it was stopped."""

    stage: Literal["run"] = "run"
    image_id: ImageId
    url: str


class CheckResult(StageResult):
    """The image that passed its tests, their number and names (empty in results of older versions)."""

    stage: Literal["check"] = "check"
    image_id: ImageId
    passed: int
    tests: tuple[str, ...] = ()
    report: str


class PushResult(StageResult):
    """The checked image's reference in the registry, by the manifest's digest."""

    stage: Literal["push"] = "push"
    image_id: ImageId
    reference: ImageReference
    model: Artefact
    golden: Artefact
    bytes_pushed: int


class DeployResult(StageResult):
    """A pending release: previewed and switched, not accepted yet."""

    stage: Literal["deploy"] = "deploy"
    environment: str
    release: str
    reference: ImageReference
    slot: str
    url: str


class AcceptResult(StageResult):
    """An accepted release, now stable."""

    stage: Literal["accept"] = "accept"
    environment: str
    release: str
    reference: ImageReference
    url: str
    verdicts: tuple[Check, ...]


class PromoteResult(StageResult):
    """The accepted release of the same digest; `changed` is False if it served there already."""

    stage: Literal["promote"] = "promote"
    environment: str
    release: str
    reference: ImageReference
    source: str
    source_release: str
    approved_by: str
    changed: bool
    bytes_copied: int
    url: str
    verdicts: tuple[Check, ...]


class PrunedItem(BaseModel):
    """A report or an image, whether it was removed, and why or why not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    name: str
    removed: bool
    why: str


class PruneResult(StageResult):
    """What was removed (with `dry_run`: would be) and kept; `untouched`: why each skipped part was."""

    stage: Literal["prune"] = "prune"
    dry_run: bool
    items: tuple[PrunedItem, ...]
    untouched: dict[str, str]
