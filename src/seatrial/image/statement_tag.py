"""The statement of `check` in a registry: an OCI artifact under a tag made of the image's digest.

The tag has the form of cosign's (`sha256-<hex>.<suffix>`), so that one request finds it in every registry.
The tag `sha256-<hex>` without a suffix is the referrers list of the OCI distribution specification, which
other clients rewrite; it is not used. `subject` lists the artifact in registries with the referrers API.
"""

from __future__ import annotations

import json
import re

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seatrial.errors import OutsideError, RefusedError
from seatrial.image.registry import Manifest, Repository, digest_of
from seatrial.image.registry_copy import put_blob
from seatrial.image.statement import HINT, CheckedImage, make_statement, parse_statement, verify_statement

SUFFIX = ".check"
TAG = re.compile(rf"sha256-([0-9a-f]{{64}}){re.escape(SUFFIX)}")
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
IN_TOTO = "application/vnd.in-toto+json"
EMPTY_TYPE, EMPTY = "application/vnd.oci.empty.v1+json", b"{}"
MAX_BYTES = 1 << 20


class _Descriptor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    mediaType: str  # noqa: N815 - the name in the specification
    # Becomes a part of a URL.
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    size: int


class _Artifact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    subject: _Descriptor
    layers: tuple[_Descriptor]


def statement_tag(digest: str) -> str:
    """Return the tag of the statement about the image with this manifest digest."""
    return f"{digest.replace(':', '-')}{SUFFIX}"


def is_statement_tag(tag: str) -> bool:
    """Return whether a tag is that of a statement."""
    return TAG.fullmatch(tag) is not None


def write_statement(repository: Repository, image: Manifest, checked: CheckedImage) -> None:
    """Write the statement that an image of this repository passed `check`; equal ones are written once.

    The manifest is sent last, so that an interrupted write leaves no statement. Raises OutsideError if the
    registry fails or refuses.
    """
    statement = make_statement(image.digest, checked)
    _put(repository, statement_tag(image.digest), _artifact(repository, image.digest, statement), statement)


def require_statement(repository: Repository, image: Manifest) -> None:
    """Raise RefusedError unless the registry has the statement that this image passed `check`.

    Raises OutsideError if the registry does not answer or refuses the credentials.
    """
    name = repository.reference(image.digest)
    found = _find(repository, image.digest)
    if found is None:
        raise RefusedError(
            f"{name} has no statement that it passed check",
            "make check push (again for an image of an older version)",
        )
    statement = parse_statement(found[1], name)
    verify_statement(statement, image.digest, (image.config, image.digest), name)


def copy_statement(source: Repository, target: Repository, digest: str) -> None:
    """Copy the statement about an image, if there is one. Raises as `require_statement`."""
    found = _find(source, digest)
    if found:
        _put(target, statement_tag(digest), *found)


def _find(repository: Repository, digest: str) -> tuple[bytes, bytes] | None:
    """Return manifest and content of the statement about an image, or None if there is none."""
    name = repository.reference(digest)
    path = f"{repository.repository}/manifests/{statement_tag(digest)}"
    response = repository.client.call("GET", path, headers={"Accept": OCI_MANIFEST})
    if response.status_code == 404:
        return None
    try:
        artifact = _Artifact.model_validate_json(response.content)
    except ValidationError as error:
        raise RefusedError(f"the statement of check of {name} is not an OCI artifact", HINT) from error
    (layer,) = artifact.layers
    if artifact.subject.digest != digest or layer.mediaType != IN_TOTO:
        raise RefusedError(f"the statement of check of {name} is not the artifact of that image", HINT)
    return response.content, _content(repository, layer, name)


def _content(repository: Repository, layer: _Descriptor, name: str) -> bytes:
    if not 0 < layer.size <= MAX_BYTES:
        raise RefusedError(f"the statement of check of {name} has {layer.size} bytes", HINT)
    response = repository.client.call("GET", f"{repository.repository}/blobs/{layer.digest}")
    if response.status_code == 404 or digest_of(response.content) != layer.digest:
        raise RefusedError(f"the statement of check of {name} does not match its digest", HINT)
    return response.content


def _put(repository: Repository, tag: str, manifest: bytes, statement: bytes) -> None:
    path = f"{repository.repository}/manifests/{tag}"
    known = repository.client.call("GET", path, headers={"Accept": OCI_MANIFEST})
    if known.status_code != 404 and known.content == manifest:
        return
    for content in (EMPTY, statement):
        put_blob(repository, content)
    sent = repository.client.call("PUT", path, data=manifest, headers={"Content-Type": OCI_MANIFEST})
    if sent.status_code == 404:
        raise OutsideError(f"{repository.client.registry.address} has no {path}", "make push again")


def _artifact(repository: Repository, digest: str, statement: bytes) -> bytes:
    path = f"{repository.repository}/manifests/{digest}"
    accept = f"{DOCKER_MANIFEST}, {OCI_MANIFEST}"
    image = repository.client.call("GET", path, headers={"Accept": accept})
    media_type = image.headers.get("Content-Type", "").partition(";")[0] or OCI_MANIFEST
    artifact = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": IN_TOTO,
        "config": _described(EMPTY_TYPE, EMPTY),
        "layers": [_described(IN_TOTO, statement)],
        "subject": {"mediaType": media_type, "digest": digest, "size": len(image.content)},
    }
    return json.dumps(artifact, sort_keys=True, separators=(",", ":")).encode()


def _described(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}
