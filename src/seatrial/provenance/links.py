"""The typed result of `trace`: the links of a provenance, and what is unknown of each."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from seatrial.image_reference import ImageReference
from seatrial.results import Artefact, Check


class Link(BaseModel):
    """One link. `unknown` is the reason why a part of it is missing, or empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unknown: str = ""


class PredictionLink(Link):
    """A saved response or request id, with the pod whose log contains the request."""

    source: str
    request: str = ""
    label: str = ""
    pod: str = ""


class ReleaseLink(Link):
    """A release from its record, and the pods that run it now."""

    name: str
    environment: str
    state: str
    since: datetime
    began: datetime
    by: str
    slot: str
    approved_by: str
    promoted_from: str
    unchecked: str
    previous: str
    suite: str
    verdicts: tuple[Check, ...]
    pods: tuple[str, ...] = ()


class ImageLink(Link):
    """An image by digest; `created` is the value of its label."""

    reference: ImageReference
    created: str = ""


class CommitLink(Link):
    """The commit of an image; author, date and subject if git has it in this checkout."""

    revision: str
    working_state: str
    author: str = ""
    date: str = ""
    subject: str = ""


class PublicationLink(Link):
    """A model, golden set or evaluation set, with its publisher, time and revision from the store."""

    artefact: Artefact
    publisher: str = ""
    published: str = ""
    revision: str = ""


class Provenance(BaseModel):
    """All links of one release, of an image without a release, or of a model without an image."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: ReleaseLink | None = None
    image: ImageLink | None = None
    commit: CommitLink | None = None
    model: PublicationLink
    golden: PublicationLink | None = None
    evaluation: PublicationLink | None = None


class Trace(BaseModel):
    """Every provenance that matches a query, newest first.

    `silent` has the environments that could not be read, with the reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: str
    prediction: PredictionLink | None = None
    chains: tuple[Provenance, ...]
    silent: dict[str, str]
