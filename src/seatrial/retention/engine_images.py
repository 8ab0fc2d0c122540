"""Images in the container engine that `build` made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docker.errors import ImageNotFound

from seatrial.image.docker_client import engine_errors
from seatrial.image.labels import LABEL_PREFIX
from seatrial.retention.references import References, Removable, parse_time

STATE = f"{LABEL_PREFIX}.working-state"


@dataclass(frozen=True)
class EngineImage(Removable):
    """An image in the engine; `names` are its tags and digests, also those that `push` added."""

    names: tuple[str, ...] = ()
    image_id: str = ""


def list_engine_images(client: Any, repository: str, references: References) -> list[EngineImage]:
    """Return the images that `build` made for this repository.

    Raises OutsideError when the engine does not respond.
    """
    with engine_errors("listing images"):
        # A container may end while the engine lists them.
        containers = client.containers.list(all=True, ignore_removed=True)
        used = {container.attrs["Image"] for container in containers}
        found = client.images.list(filters={"label": STATE})
    return [
        _image(image, references, image.id in used)
        for image in found
        if any(tag.rpartition(":")[0] == f"seatrial/{repository}" for tag in image.tags)
    ]


def remove_engine_image(client: Any, image: EngineImage) -> None:
    """Remove every name of an image; the engine deletes the image with the last one."""
    for name in image.names:
        with engine_errors(f"removing {name}"):
            try:
                client.images.remove(name)
            except ImageNotFound:
                # Removing a tag also removes the digest that belongs to it.
                continue


def _image(image: Any, references: References, used: bool) -> EngineImage:
    labels = image.labels
    state = (labels.get(STATE, ""), labels.get(f"{LABEL_PREFIX}.lock", ""))
    used_by = "a container uses it" if used else references.states.get(state, "")
    if image.id == references.image_id:
        used_by = used_by or "the last build"
    names = (*image.tags, *(image.attrs.get("RepoDigests") or ()))
    model = labels.get(f"{LABEL_PREFIX}.model.digest", "")
    name = next(tag for tag in image.tags if tag.startswith("seatrial/"))
    return EngineImage(name, _tagged_at(image), used_by, model, names, image.id)


def _tagged_at(image: Any) -> datetime:
    metadata = image.attrs.get("Metadata") or {}
    return parse_time(str(metadata.get("LastTagTime") or image.attrs.get("Created", "")))
