"""The base image: its name, its registry, and the digest that pins it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from seatrial.errors import UsageError
from seatrial.image_reference import ImageReference, digest_of_reference
from seatrial.settings import Registry

HINT = "image.base is name:tag or name:tag@sha256:…, for example python:3.13-slim-trixie"
# A name without a host is one of Docker Hub, whose API has a host of its own.
DOCKER_HUB, DOCKER_HUB_API = "docker.io", "registry-1.docker.io"
# The first component of a name is a host if it has a dot or a port.
HOST = re.compile(r"[.:]|^localhost$")
LOOPBACK = re.compile(r"(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?")


@dataclass(frozen=True)
class BaseImage:
    """A base image by its name with a tag; `digest` is empty if it is not pinned."""

    name: str
    digest: str = ""

    @property
    def state(self) -> Literal["pinned", "not pinned"]:
        """Whether it is pinned, as in labels and results."""
        return "pinned" if self.digest else "not pinned"

    def __str__(self) -> str:
        """Return it as `image.base` has it."""
        return f"{self.name}@{self.digest}" if self.digest else self.name

    @property
    def reference(self) -> ImageReference:
        """The name with the host of its registry's API. Raises UsageError if it has no tag."""
        host, separator, path = self.name.partition("/")
        if not separator or not HOST.search(host):
            host, path = DOCKER_HUB, self.name
        if host == DOCKER_HUB:
            host, path = DOCKER_HUB_API, path if "/" in path else f"library/{path}"
        try:
            return ImageReference.parse(f"{host}/{path}")
        except ValueError as error:
            raise UsageError(f"base image {self.name!a} has no valid name with a tag", HINT) from error


def parse_base(text: str) -> BaseImage:
    """Return the base image in the setting `image.base`. Raises UsageError if its digest is not valid."""
    name, separator, _ = text.partition("@")
    digest = digest_of_reference(text) if separator else ""
    if not name or (separator and not digest):
        raise UsageError(f"base image {text!a} has no valid digest", HINT)
    return BaseImage(name, digest)


def registry_of_base(reference: ImageReference, configured: Registry) -> Registry:
    """Return the registry of a base image: the configured one if it has that address."""
    if reference.registry == configured.address:
        return configured
    return Registry(address=reference.registry, insecure=bool(LOOPBACK.fullmatch(reference.registry)))
