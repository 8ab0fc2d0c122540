"""The labels of an image in a registry, read without pulling the image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.errors import RefusedError, UsageError
from seatrial.image import labels
from seatrial.image.registry import RegistryClient
from seatrial.image_reference import ImageReference
from seatrial.results import Artefact
from seatrial.settings import Registry


@dataclass(frozen=True)
class ImageFacts:
    """The labels of an image: its model and golden set, and the commit and working state of its build.

    Images of older versions have no labels for the name and version of the golden set; both are then empty.
    """

    reference: ImageReference
    model: Artefact
    golden_digest: str
    revision: str
    working_state: str
    lock_digest: str
    golden_name: str = ""
    golden_version: str = ""

    @property
    def golden(self) -> Artefact:
        """The golden set; name and version may be empty."""
        return Artefact(name=self.golden_name, version=self.golden_version, digest=self.golden_digest)


def inspect(registry: Registry, reference: str | ImageReference) -> ImageFacts:
    """Return the facts in the labels of an image.

    Raises UsageError if `reference` is not `address/repository@sha256:…` of this registry, RefusedError if
    the registry does not have the image or `build` did not make it, OutsideError if the registry fails.
    """
    client, image = RegistryClient(registry), _parse(registry, str(reference))
    manifest = client.manifest(image.repository, image.digest)
    if manifest is None:
        raise RefusedError(f"there is no image {image}", "make push prints the reference")
    config = client.config(image.repository, manifest.config)
    return facts_in_labels(image, (config.get("config") or {}).get("Labels") or {})


def facts_in_labels(reference: ImageReference, found: Mapping[str, str]) -> ImageFacts:
    """Return the facts in `found`. Raises RefusedError if a label that every image has is missing."""
    try:
        return ImageFacts(
            reference=reference,
            model=Artefact(
                name=found[labels.MODEL_NAME],
                version=found[labels.MODEL_VERSION],
                digest=found[labels.MODEL_DIGEST],
            ),
            golden_digest=found[labels.GOLDEN_DIGEST],
            revision=found[labels.REVISION],
            working_state=found[labels.WORKING_STATE],
            lock_digest=found[labels.LOCK_DIGEST],
            golden_name=found.get(labels.GOLDEN_NAME, ""),
            golden_version=found.get(labels.GOLDEN_VERSION, ""),
        )
    except KeyError as error:
        raise RefusedError(f"{reference} has no label {error}", "build the image with make build") from error


def _parse(registry: Registry, text: str) -> ImageReference:
    hint = f"IMAGE={registry.address}/{registry.repository}@sha256:…"
    try:
        image = ImageReference.parse(text)
    except ValueError as error:
        raise UsageError(str(error), hint) from error
    if image.registry != registry.address or image.tag or not image.digest:
        raise UsageError(f"{text} is not an image digest in the registry {registry.address}", hint)
    return image
