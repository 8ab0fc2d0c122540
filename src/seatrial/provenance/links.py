"""The links of a chain, as `trace` tells them: typed, and the same for people and machines."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from seatrial.image_reference import ImageReference
from seatrial.results import Artefact, Check


class Link(BaseModel):
    """What is known of one step. `unknown` says what could not be found out, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unknown: str = ""


class Prediction(Link):
    """The answer that was asked about: what it said of itself, and the pod whose log tells of it."""

    source: str
    request: str = ""
    label: str = ""
    pod: str = ""


class Release(Link):
    """A release as its record tells it, and the pods that run it now."""

    name: str
    environment: str
    state: str
    since: datetime
    began: datetime
    by: str
    slot: str
    approved_by: str
    promoted_from: str
    previous: str
    suite: str
    verdicts: tuple[Check, ...]
    pods: tuple[str, ...] = ()


class Image(Link):
    """An image by digest; `created` is what it says itself, empty where it was not asked."""

    reference: ImageReference
    created: str = ""


class Commit(Link):
    """The commit that an image was built from; author, date and subject where git has it here."""

    revision: str
    working_state: str
    author: str = ""
    date: str = ""
    subject: str = ""


class Published(Link):
    """A model or golden set, and who published it when, from which revision."""

    artefact: Artefact
    publisher: str = ""
    published: str = ""
    revision: str = ""


class Provenance(BaseModel):
    """From a release (none: it was never released) to whoever published its model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: Release | None = None
    image: Image | None = None
    commit: Commit | None = None
    model: Published
    golden: Published | None = None


class Trace(BaseModel):
    """Every chain that answers the question, newest first, and the environments that did not answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: str
    prediction: Prediction | None = None
    chains: tuple[Provenance, ...]
    silent: dict[str, str]
