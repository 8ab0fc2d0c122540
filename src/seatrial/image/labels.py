"""What an image says of itself: the standard OCI labels that apply, and ours."""

from __future__ import annotations

from imagemodel.card import Card
from seatrial.results import FetchResult
from seatrial.settings import Settings
from seatrial.workspace import Workspace

OCI = "org.opencontainers.image"
LABEL_PREFIX = "io.seatrial"


def image_labels(
    settings: Settings, workspace: Workspace, card: Card, fetched: FetchResult, created: str
) -> dict[str, str]:
    """Return an image's labels; `created` is when its commit was made, so that the same inputs stay the same.

    The revision says `-dirty` where the working tree is not the commit's.
    """
    return {
        f"{OCI}.title": settings.app.name,
        f"{OCI}.description": f"{settings.app.name} with {card.name} {card.version}",
        f"{OCI}.created": created,
        f"{OCI}.revision": workspace.revision,
        f"{OCI}.version": card.version,
        f"{OCI}.licenses": card.licence,
        f"{OCI}.base.name": settings.image.base,
        f"{LABEL_PREFIX}.model.name": fetched.model.name,
        f"{LABEL_PREFIX}.model.version": fetched.model.version,
        f"{LABEL_PREFIX}.model.digest": fetched.model.digest,
        f"{LABEL_PREFIX}.golden.digest": fetched.golden.digest,
        f"{LABEL_PREFIX}.working-state": workspace.working_state,
        f"{LABEL_PREFIX}.lock": workspace.lock_digest,
    }
