"""The statement of `check` in a registry over HTTP: written, required, copied."""

from __future__ import annotations

import json

import pytest

from checked_images import (
    artifact_of,
    checked_image,
    put_unchecked,
    replace_statement,
    valid_statement,
)
from registry_server import RegistryServer
from seatrial.errors import OutsideError, RefusedError
from seatrial.image.registry import Manifest, Repository
from seatrial.image.statement_tag import (
    copy_statement,
    is_statement_tag,
    require_statement,
    statement_tag,
    write_statement,
)


def test_the_statement_is_an_artifact_about_the_image(server: RegistryServer, image: Manifest) -> None:
    """It is an OCI manifest with an empty config, one in-toto layer, and the image as its subject."""
    artifact = artifact_of(server, image)
    assert statement_tag(image.digest) == f"sha256-{image.digest.removeprefix('sha256:')}.check"
    assert artifact["artifactType"] == "application/vnd.in-toto+json"
    assert artifact["config"]["mediaType"] == "application/vnd.oci.empty.v1+json"
    media_type, content = server.manifests["classifier", image.digest]
    assert artifact["subject"] == {"mediaType": media_type, "digest": image.digest, "size": len(content)}
    (layer,) = artifact["layers"]
    assert json.loads(server.blobs["classifier", layer["digest"]]) == valid_statement(image)


def test_a_checked_image_is_accepted(repository: Repository, image: Manifest) -> None:
    """The statement is found and verified."""
    require_statement(repository, image)


def test_an_image_without_a_statement_is_refused(repository: Repository, image: Manifest) -> None:
    """The error names the image and the commands that write a statement."""
    other = put_unchecked(repository, "2")
    with pytest.raises(RefusedError, match=f"{other.digest} has no statement that it passed check") as caught:
        require_statement(repository, other)
    assert "make check push" in caught.value.hint


def test_the_statement_of_another_image_is_refused(
    server: RegistryServer, repository: Repository, image: Manifest
) -> None:
    """A statement that was copied to the tag of another image is refused."""
    other = put_unchecked(repository, "2")
    tag = server.tags["classifier", statement_tag(image.digest)]
    server.tags["classifier", statement_tag(other.digest)] = tag
    with pytest.raises(RefusedError, match="not the artifact of that image"):
        require_statement(repository, other)


def test_a_statement_about_another_image_in_the_right_artifact_is_refused(
    server: RegistryServer, repository: Repository, image: Manifest
) -> None:
    """The content is verified too, not only the artifact's subject."""
    other = put_unchecked(repository, "2")
    replace_statement(server, image, json.dumps(valid_statement(other)).encode())
    with pytest.raises(RefusedError, match="is about another image"):
        require_statement(repository, image)


def test_an_equal_statement_is_written_once(
    server: RegistryServer, repository: Repository, image: Manifest
) -> None:
    """A repeated push sends nothing."""
    server.requests.clear()
    write_statement(repository, image, checked_image(image))
    assert [request for request in server.requests if not request.startswith("GET")] == []


@pytest.mark.parametrize(
    "refused", ["POST", "PUT /v2/classifier/blobs", "PUT /v2/classifier/manifests/sha256-"]
)
def test_an_interrupted_write_leaves_no_statement(
    server: RegistryServer, repository: Repository, refused: str
) -> None:
    """The manifest is sent last, and a second write completes the first."""
    image = put_unchecked(repository)
    server.refused = (refused,)
    with pytest.raises(OutsideError):
        write_statement(repository, image, checked_image(image))
    with pytest.raises(RefusedError, match="has no statement"):
        require_statement(repository, image)
    server.refused = ()
    write_statement(repository, image, checked_image(image))
    require_statement(repository, image)


def test_a_registry_that_fails_is_an_outside_error(
    server: RegistryServer, repository: Repository, image: Manifest
) -> None:
    """A failure is not a missing statement."""
    server.refused = (f"GET /v2/classifier/manifests/{statement_tag(image.digest)}",)
    with pytest.raises(OutsideError, match="status 503"):
        require_statement(repository, image)


def test_a_copy_has_the_same_statement(
    server: RegistryServer, repository: Repository, image: Manifest
) -> None:
    """The statement in another repository has the same bytes."""
    target = server.repository("elsewhere")
    copy_statement(repository, target, image.digest)
    assert server.tag(statement_tag(image.digest), "elsewhere") == server.tag(statement_tag(image.digest))
    require_statement(target, image)


def test_without_a_statement_nothing_is_copied(server: RegistryServer, repository: Repository) -> None:
    """The copy of an unchecked image stays unchecked."""
    image = put_unchecked(repository)
    target = server.repository("elsewhere")
    copy_statement(repository, target, image.digest)
    with pytest.raises(RefusedError, match="has no statement"):
        require_statement(target, image)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (f"sha256-{'a' * 64}.check", True),
        (f"sha256-{'a' * 64}.sig", False),
        (f"sha256-{'a' * 64}", False),
        (f"sha256-{'a' * 63}.check", False),
        (f"sha256-{'a' * 64}xcheck", False),
        ("1.check", False),
    ],
)
def test_the_tag_of_a_statement_is_recognised(tag: str, expected: bool) -> None:
    """Tags of images and of signatures are not taken for statements."""
    assert is_statement_tag(tag) == expected
