"""The labels of an image in a registry, read without pulling it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from seatrial.errors import RefusedError, UsageError
from seatrial.image import labels
from seatrial.image.registry import RegistryClient
from seatrial.image_reference import ImageReference
from seatrial.results import Artefact
from seatrial.settings import Registry


@dataclass(frozen=True)
class ImageFacts:
    """What an image consists of, by its labels: model, golden set, commit, working state, lock.

    The golden set's name and version are empty if an older version built the image. `ports` are the TCP ports
    that the image states to listen on (empty: none stated).
    """

    reference: ImageReference
    model: Artefact
    golden: Artefact
    revision: str
    working_state: str
    lock_digest: str
    ports: frozenset[int] = frozenset()


def inspect(registry: Registry, reference: ImageReference) -> ImageFacts:
    """Return what the image's labels say.

    Raises UsageError if the reference has no digest, has a tag or is of another registry, RefusedError if
    the image does not exist or was not made by `build`, OutsideError if the registry does not respond.
    """
    client = RegistryClient(registry)
    # Recorded references are compared with the pods' images, which have no tag.
    if reference.tag or not reference.digest or reference.registry != registry.address:
        expected = f"--image (IMAGE= with make) is {registry.address}/{registry.repository}@sha256:…"
        raise UsageError(f"{reference} is not an image by digest in the configured registry", expected)
    manifest = client.manifest(reference.repository, reference.digest)
    if manifest is None:
        raise RefusedError(f"image {reference} does not exist", "make push prints the reference")
    config = client.config(reference.repository, manifest.config)
    return replace(facts_in_labels(reference, labels.labels_of(config)), ports=labels.ports_of(config))


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
            golden=Artefact(
                name=found.get(labels.GOLDEN_NAME, ""),
                version=found.get(labels.GOLDEN_VERSION, ""),
                digest=found[labels.GOLDEN_DIGEST],
            ),
            revision=found[labels.REVISION],
            working_state=found[labels.WORKING_STATE],
            lock_digest=found[labels.LOCK_DIGEST],
        )
    except KeyError as error:
        raise RefusedError(f"{reference} has no label {error}", "build the image with make build") from error
