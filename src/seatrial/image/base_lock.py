"""Pins the base image: writes the digest of its index to seatrial.toml."""

from __future__ import annotations

from pathlib import Path

import tomlkit
from pydantic import BaseModel, ConfigDict, ValidationError
from tomlkit.exceptions import TOMLKitError

from seatrial.atomic_files import write_atomically
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.base import DOCKER_HUB, DOCKER_HUB_API, BaseImage, parse_base, registry_of_base
from seatrial.image.credentials import Credentials, find_credentials
from seatrial.image.registry import RegistryClient, digest_of
from seatrial.image_reference import ImageReference
from seatrial.settings import Registry

ACCEPT = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"
DIGEST_HEADER = "Docker-Content-Digest"
# requirements/app.txt is locked for this platform.
OPERATING_SYSTEM, ARCHITECTURE = "linux", "amd64"


class _Tolerant(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Platform(_Tolerant):
    os: str
    architecture: str


class _Entry(_Tolerant):
    platform: _Platform | None = None


class _Index(_Tolerant):
    manifests: list[_Entry]


def lock_base(path: Path, configured: Registry) -> BaseImage:
    """Write the digest that the base image's tag has now to seatrial.toml at `path`; return the pinned image.

    `configured` is the registry of the settings, used if the base image is in it. Raises OutsideError if the
    base image's registry does not answer, RefusedError if its content does not match its digest or is not an
    index with an image for Linux on amd64, UsageError if `image.base` is not valid. On an error
    the file stays.
    """
    try:
        document = tomlkit.parse(path.read_text())
        section = document["image"]
        base = parse_base(str(section["base"]))
    except (TOMLKitError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise UsageError(f"{path.name} has no valid setting image.base", "restore it with git") from error
    try:
        pinned = BaseImage(base.name, index_digest(base.reference, configured))
    except OutsideError as error:
        hint = "run it where that registry can be reached; until then builds are not pinned"
        raise OutsideError(error.message, hint, error.log) from error
    if pinned != base:
        section["base"] = str(pinned)
        write_atomically(path, tomlkit.dumps(document))
    return pinned


def index_digest(reference: ImageReference, configured: Registry) -> str:
    """Return the digest of the index that a tag names; the registry is asked by tag and by digest."""
    registry = registry_of_base(reference, configured)
    client = RegistryClient(registry, _credentials(registry))
    content, named = _index(client, reference.repository, reference.tag)
    digest = digest_of(content)
    if named not in ("", digest) or _index(client, reference.repository, digest)[0] != content:
        raise RefusedError(f"{reference} does not match its digest", "check that registry")
    _require_platform(content, reference)
    return digest


def _credentials(registry: Registry) -> Credentials:
    if registry.address == DOCKER_HUB_API:
        return find_credentials(registry.model_copy(update={"address": DOCKER_HUB}))
    return find_credentials(registry)


def _index(client: RegistryClient, repository: str, reference: str) -> tuple[bytes, str]:
    path = f"{repository}/manifests/{reference}"
    response = client.call("GET", path, headers={"Accept": ACCEPT})
    if response.status_code == 404:
        message = f"the registry {client.registry.address} has no index {repository} {reference}"
        raise OutsideError(message, "check image.base in seatrial.toml")
    return response.content, response.headers.get(DIGEST_HEADER, "")


def _require_platform(content: bytes, reference: ImageReference) -> None:
    try:
        entries = _Index.model_validate_json(content).manifests
    except ValidationError as error:
        message = f"{reference} is not an index of images for several platforms"
        raise RefusedError(message, "use a base image of several platforms") from error
    wanted = _Platform(os=OPERATING_SYSTEM, architecture=ARCHITECTURE)
    if wanted not in [entry.platform for entry in entries]:
        message = f"{reference} has no image for {OPERATING_SYSTEM}/{ARCHITECTURE}"
        raise RefusedError(message, "use another base image")
