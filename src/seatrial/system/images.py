"""Images in real registries."""

from __future__ import annotations

from seatrial.errors import RefusedError
from seatrial.image.inspection import ImageFacts, inspect
from seatrial.image.registry import RegistryClient, Repository
from seatrial.image.registry_copy import copy_image
from seatrial.image_reference import ImageReference
from seatrial.settings import Registry


class RegistryImages:
    """Reads and copies images over the registries' HTTP API."""

    def inspect(self, registry: Registry, reference: ImageReference) -> ImageFacts:
        """Return the labels of an image; see `seatrial.image.inspection.inspect`."""
        return inspect(registry, reference)

    def copy(self, source: Registry, reference: ImageReference, target: Registry) -> int:
        """Copy an image to the target's repository, by digest; return the number of bytes sent."""
        origin = Repository(RegistryClient(source), reference.repository)
        return copy_image(origin, Repository(RegistryClient(target), target.repository), reference.digest)

    def platform(self, registry: Registry, reference: ImageReference) -> tuple[str, str]:
        """Return an image's operating system and architecture. Raises RefusedError if it does not exist."""
        client = RegistryClient(registry)
        manifest = client.manifest(reference.repository, reference.digest)
        if manifest is None:
            raise RefusedError(f"image {reference} does not exist", "make push prints the reference")
        config = client.config(reference.repository, manifest.config)
        return str(config.get("os", "")), str(config.get("architecture", ""))
