"""Images in a registry's repository, and their removal through its API.

The registry's own garbage collection frees the disk afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qs

import requests

from seatrial.errors import OutsideError, RefusedError
from seatrial.image.labels import LABEL_PREFIX, OCI, labels_of
from seatrial.image.registry import Manifest
from seatrial.image.registry_values import json_object
from seatrial.image.statement_tag import is_statement_tag, statement_tag
from seatrial.image_reference import TAG
from seatrial.retention.references import References, Removable, parse_time

TAGS_PER_PAGE = 100
MAX_PAGES = 1000


class RegistryApi(Protocol):
    """The requests to a registry that `prune` sends; `RegistryClient` implements them."""

    def manifest(self, repository: str, reference: str) -> Manifest | None:
        """Return the manifest of a tag or digest, or None."""
        ...

    def config(self, repository: str, digest: str) -> dict[str, Any]:
        """Return the config with this digest."""
        ...

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to a path below `/v2/`; a 404 is returned, not raised."""
        ...


@dataclass(frozen=True)
class RegistryImage(Removable):
    """An image in a repository; `digest` is its manifest's."""

    digest: str = ""


def list_registry_images(
    registry: RegistryApi, repository: str, references: References, per_page: int = TAGS_PER_PAGE
) -> list[RegistryImage]:
    """Return every tagged image of a repository. An image that `build` did not make counts as used.

    A statement about an image is not an item of its own: it is kept and removed with the image. Raises
    OutsideError when the registry does not respond or refuses the credentials.
    """
    tags_of: dict[str, list[str]] = {}
    for tag in _tags(registry, repository, per_page):
        if is_statement_tag(tag):
            continue
        try:
            manifest = registry.manifest(repository, tag)
        except RefusedError:
            # An index or another artefact, not an image of this project.
            continue
        if manifest:
            tags_of.setdefault(manifest.digest, []).append(tag)
    return [_image(registry, repository, digest, tags, references) for digest, tags in tags_of.items()]


def remove_registry_image(registry: RegistryApi, repository: str, image: RegistryImage) -> None:
    """Delete an image's manifest with all its tags, and the statement of `check` about it."""
    # The statement first: if this is interrupted, the next run still finds the image.
    if statement := registry.manifest(repository, statement_tag(image.digest)):
        registry.call("DELETE", f"{repository}/manifests/{statement.digest}")
    registry.call("DELETE", f"{repository}/manifests/{image.digest}")


def _image(
    registry: RegistryApi, repository: str, digest: str, tags: list[str], references: References
) -> RegistryImage:
    manifest = registry.manifest(repository, digest)
    config = registry.config(repository, manifest.config) if manifest else {}
    labels = labels_of(config)
    state = (labels.get(f"{LABEL_PREFIX}.working-state", ""), labels.get(f"{LABEL_PREFIX}.lock", ""))
    used_by = references.digests.get(digest) or references.states.get(state, "")
    if not state[0]:
        used_by = used_by or "build did not make it"
    name = f"{repository}:{','.join(sorted(tags))} {digest[:19]}…"
    model = labels.get(f"{LABEL_PREFIX}.model.digest", "")
    return RegistryImage(name, _created(config, labels), used_by, model, digest)


def _tags(registry: RegistryApi, repository: str, per_page: int) -> Iterator[str]:
    last = ""
    for _ in range(MAX_PAGES):
        params: dict[str, Any] = {"n": per_page, **({"last": last} if last else {})}
        response = registry.call("GET", f"{repository}/tags/list", params=params)
        if response.status_code == 404:
            return
        yield from _listed(response, repository)
        next_page = response.links.get("next", {}).get("url", "")
        # Only the last tag is taken from the link, which may be no valid URL.
        last = parse_qs(next_page.partition("?")[2]).get("last", [""])[0]
        if not last:
            return


def _listed(response: requests.Response, repository: str) -> list[str]:
    """Return the tags in an answer. Raises OutsideError if it is not a list of tags."""
    body = json_object(response.content)
    tags = body.get("tags") or [] if body is not None else None
    if not isinstance(tags, list) or not all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in tags):
        raise OutsideError(
            f"the answer to {repository}/tags/list is not a list of tags", "check that registry"
        )
    return tags


def _created(config: dict[str, Any], labels: dict[str, str]) -> datetime:
    # An image from cached layers has an old `created`; the label has the time of its commit.
    return max(parse_time(str(config.get("created", ""))), parse_time(labels.get(f"{OCI}.created", "")))
