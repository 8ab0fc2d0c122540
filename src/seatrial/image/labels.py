"""The labels of an image: the OCI annotations that apply, and those of Seatrial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagemodel.card import Card
from seatrial.image.base import parse_base
from seatrial.results import FetchResult
from seatrial.settings import Settings
from seatrial.workspace import Workspace

OCI = "org.opencontainers.image"
LABEL_PREFIX = "io.seatrial"
BASE_DIGEST = f"{OCI}.base.digest"
BASE_STATE = f"{LABEL_PREFIX}.base"
REVISION = f"{OCI}.revision"
MODEL_NAME = f"{LABEL_PREFIX}.model.name"
MODEL_VERSION = f"{LABEL_PREFIX}.model.version"
MODEL_DIGEST = f"{LABEL_PREFIX}.model.digest"
GOLDEN_NAME = f"{LABEL_PREFIX}.golden.name"
GOLDEN_VERSION = f"{LABEL_PREFIX}.golden.version"
GOLDEN_DIGEST = f"{LABEL_PREFIX}.golden.digest"
WORKING_STATE = f"{LABEL_PREFIX}.working-state"
LOCK_DIGEST = f"{LABEL_PREFIX}.lock"


def labels_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels in an image's config, as far as they are strings."""
    inner = config.get("config")
    found = inner.get("Labels") if isinstance(inner, dict) else None
    labels = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in labels if isinstance(value, str)}


def ports_of(config: Mapping[str, Any]) -> frozenset[int]:
    """Return the TCP ports that an image's config states (`EXPOSE`); empty if it states none."""
    inner = config.get("config")
    found = inner.get("ExposedPorts") if isinstance(inner, dict) else None
    names = [name.partition("/") for name in found] if isinstance(found, dict) else []
    return frozenset(int(port) for port, _, kind in names if kind in ("", "tcp") and port.isdigit())


def image_labels(
    settings: Settings, workspace: Workspace, card: Card, fetched: FetchResult, created: str
) -> dict[str, str]:
    """Return the labels of an image; its revision ends in `-dirty` if the working tree is not the commit.

    `created` is the time of the commit, not of the build, so that equal inputs give equal labels.
    """
    base = parse_base(settings.image.base)
    return {
        f"{OCI}.title": settings.app.name,
        f"{OCI}.description": f"{settings.app.name} with {card.name} {card.version}",
        f"{OCI}.created": created,
        REVISION: workspace.revision,
        f"{OCI}.version": card.version,
        f"{OCI}.licenses": card.licence,
        f"{OCI}.base.name": base.name,
        **({BASE_DIGEST: base.digest} if base.digest else {}),
        BASE_STATE: base.state,
        MODEL_NAME: fetched.model.name,
        MODEL_VERSION: fetched.model.version,
        MODEL_DIGEST: fetched.model.digest,
        GOLDEN_NAME: fetched.golden.name,
        GOLDEN_VERSION: fetched.golden.version,
        GOLDEN_DIGEST: fetched.golden.digest,
        WORKING_STATE: workspace.working_state,
        LOCK_DIGEST: workspace.lock_digest,
    }
