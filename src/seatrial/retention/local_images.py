"""Our images in the engine: what `build` tagged, each also where `push` named it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docker.errors import ImageNotFound

from seatrial.image.docker_client import engine_errors
from seatrial.image.labels import LABEL_PREFIX
from seatrial.retention.references import References, Removable, time_of

STATE = f"{LABEL_PREFIX}.working-state"


@dataclass(frozen=True)
class Built(Removable):
    """An image of the engine, with all its names."""

    names: tuple[str, ...] = ()


def built(client: Any, repository: str, named: References) -> list[Built]:
    """Return the engine's images that `build` made under this repository's name.

    Raises OutsideError when the engine does not answer.
    """
    with engine_errors("listing images"):
        # One that ends while they are listed is used no more.
        running = client.containers.list(all=True, ignore_removed=True)
        used = {container.attrs["Image"] for container in running}
        found = client.images.list(filters={"label": STATE})
    ours = [image for image in found if any(_is_ours(tag, repository) for tag in image.tags)]
    return [_image(image, named, image.id in used) for image in ours]


def remove(client: Any, image: Built) -> None:
    """Remove every name of an image, and with the last one the image."""
    for name in image.names:
        with engine_errors(f"removing {name}"):
            try:
                client.images.remove(name)
            except ImageNotFound:
                # The name before it took this one along.
                continue


def _is_ours(tag: str, repository: str) -> bool:
    return tag.rpartition(":")[0] == f"seatrial/{repository}"


def _image(image: Any, named: References, used: bool) -> Built:
    labels = image.labels
    state = (labels.get(STATE, ""), labels.get(f"{LABEL_PREFIX}.lock", ""))
    who = "a container runs it" if used else named.states.get(state, "")
    if image.id == named.image:
        who = who or "the last build"
    names = (*image.tags, *(image.attrs.get("RepoDigests") or ()))
    model = labels.get(f"{LABEL_PREFIX}.model.digest", "")
    name = next(tag for tag in image.tags if tag.startswith("seatrial/"))
    return Built(name, _tagged(image), who, model, names)


def _tagged(image: Any) -> datetime:
    text = str((image.attrs.get("Metadata") or {}).get("LastTagTime") or image.attrs.get("Created", ""))
    return time_of(text)
