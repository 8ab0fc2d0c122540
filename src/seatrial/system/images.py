"""Images in real registries."""

from __future__ import annotations

from seatrial.errors import RefusedError
from seatrial.image.inspection import ImageFacts, inspect
from seatrial.image.registry import Manifest, RegistryClient, Repository
from seatrial.image.registry_copy import copy_image
from seatrial.image.statement_tag import copy_statement, require_statement
from seatrial.image_reference import ImageReference
from seatrial.settings import Registry


class RegistryImages:
    """Reads and copies images over the registries' HTTP API."""

    def inspect(self, registry: Registry, reference: ImageReference) -> ImageFacts:
        """Return the labels of an image; see `seatrial.image.inspection.inspect`."""
        return inspect(registry, reference)

    def copy(self, source: Registry, reference: ImageReference, target: Registry) -> int:
        """Copy an image and its statement of `check` to the target's repository; return the bytes sent."""
        origin = Repository(RegistryClient(source), reference.repository)
        destination = Repository(RegistryClient(target), target.repository)
        sent = copy_image(origin, destination, reference.digest)
        copy_statement(origin, destination, reference.digest)
        return sent

    def require_checked(self, registry: Registry, reference: ImageReference) -> None:
        """Raise RefusedError unless the registry has the statement that the image passed `check`."""
        repository = Repository(RegistryClient(registry), reference.repository)
        require_statement(repository, _manifest(repository, reference))

    def platform(self, registry: Registry, reference: ImageReference) -> tuple[str, str]:
        """Return an image's operating system and architecture. Raises RefusedError if it does not exist."""
        repository = Repository(RegistryClient(registry), reference.repository)
        manifest = _manifest(repository, reference)
        config = repository.client.config(reference.repository, manifest.config)
        return str(config.get("os", "")), str(config.get("architecture", ""))


def _manifest(repository: Repository, reference: ImageReference) -> Manifest:
    manifest = repository.client.manifest(reference.repository, reference.digest)
    if manifest is None:
        raise RefusedError(f"image {reference} does not exist", "make push prints the reference")
    return manifest
