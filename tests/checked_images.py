"""Images in the registry server that `check` has passed, and the statement about them."""

from __future__ import annotations

import json
from typing import Any

from registry_server import RegistryServer
from seatrial.image.registry import Manifest, Repository, digest_of
from seatrial.image.required_checks import REQUIRED_CHECKS
from seatrial.image.statement import CheckedImage, make_statement
from seatrial.image.statement_tag import statement_tag, write_statement
from seatrial.results import Artefact
from small_image import put_image

MODEL = Artefact(name="colours", version="1.0.0", digest=f"sha256:{'d' * 64}")
GOLDEN = Artefact(name="photos", version="2", digest=f"sha256:{'e' * 64}")
TESTS = tuple(sorted(REQUIRED_CHECKS))
ABSENT = "absent"


def checked_image(image: Manifest) -> CheckedImage:
    """Return what `check` recorded of an image: every required test passed."""
    return CheckedImage(image.config, MODEL, GOLDEN, TESTS)


def put_unchecked(repository: Repository, tag: str = "1") -> Manifest:
    """Push an image without a statement."""
    found = repository.client.manifest(repository.repository, put_image(repository, tag, size=10))
    assert found
    return found


def put_checked(repository: Repository, tag: str = "1") -> Manifest:
    """Push an image and the statement that it passed `check`."""
    image = put_unchecked(repository, tag)
    write_statement(repository, image, checked_image(image))
    return image


def valid_statement(image: Manifest) -> dict[str, Any]:
    """Return the statement about an image as a document."""
    return dict(json.loads(make_statement(image.digest, checked_image(image))))


def artifact_of(server: RegistryServer, image: Manifest) -> dict[str, Any]:
    """Return the manifest of the statement about an image."""
    return dict(json.loads(server.tag(statement_tag(image.digest)) or b""))


def replace_statement(server: RegistryServer, image: Manifest, content: bytes) -> None:
    """Put other content under the tag of an image's statement, with digests that match it."""
    artifact = artifact_of(server, image)
    artifact["layers"][0] |= {"digest": digest_of(content), "size": len(content)}
    server.blobs["classifier", digest_of(content)] = content
    replace_artifact(server, image, json.dumps(artifact).encode())


def replace_artifact(server: RegistryServer, image: Manifest, content: bytes) -> None:
    """Put another manifest under the tag of an image's statement."""
    server.manifests["classifier", digest_of(content)] = "application/vnd.oci.image.manifest.v1+json", content
    server.tags["classifier", statement_tag(image.digest)] = digest_of(content)


def change(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Set the member at `path` in place, or remove it if `value` is ABSENT; return the document."""
    parent = document
    for part in path[:-1]:
        parent = parent[part]
    if value == ABSENT:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return document
