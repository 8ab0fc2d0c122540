"""The artifact of a statement in a registry: every way in which it is not that of a checked image."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checked_images import ABSENT, artifact_of, change, replace_artifact
from registry_server import RegistryServer
from seatrial.errors import RefusedError
from seatrial.image.registry import Manifest, Repository
from seatrial.image.statement_tag import require_statement, statement_tag

MEMBERS = [
    ("subject",),
    ("subject", "digest"),
    ("subject", "size"),
    ("subject", "mediaType"),
    ("layers",),
    ("layers", 0),
    ("layers", 0, "mediaType"),
    ("layers", 0, "digest"),
    ("layers", 0, "size"),
]
VALUES = (
    st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2) | st.just(ABSENT)
)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("subject", "digest"), f"sha256:{'0' * 64}", "not the artifact of that image"),
        (
            ("layers", 0, "mediaType"),
            "application/vnd.dsse.envelope.v1+json",
            "not the artifact of that image",
        ),
        (("layers", 0, "size"), (1 << 20) + 1, "bytes"),
        (("layers", 0, "size"), 0, "bytes"),
        (("layers", 0, "digest"), f"sha256:{'0' * 64}", "does not match its digest"),
        (("layers", 0, "digest"), "", "not an OCI artifact"),
        (("layers", 0, "digest"), f"../../other/blobs/sha256:{'0' * 64}", "not an OCI artifact"),
        (("layers", 0, "digest"), f"sha256:{'0' * 64}\n", "not an OCI artifact"),
        (("layers",), [], "not an OCI artifact"),
        (("subject",), ABSENT, "not an OCI artifact"),
    ],
)
def test_another_artifact_is_refused(
    server: RegistryServer,
    repository: Repository,
    image: Manifest,
    path: tuple[str | int, ...],
    value: Any,
    message: str,
) -> None:
    """Each difference in the artifact's manifest is refused by itself."""
    replace_artifact(server, image, json.dumps(change(artifact_of(server, image), path, value)).encode())
    with pytest.raises(RefusedError, match=message):
        require_statement(repository, image)


def test_changed_content_is_refused(server: RegistryServer, repository: Repository, image: Manifest) -> None:
    """The content must match the digest in the artifact."""
    digest = artifact_of(server, image)["layers"][0]["digest"]
    server.blobs["classifier", digest] += b" "
    with pytest.raises(RefusedError, match="does not match its digest"):
        require_statement(repository, image)


@settings(
    database=None, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(MEMBERS), value=VALUES)
def test_a_malformed_artifact_is_a_documented_error(
    server: RegistryServer,
    repository: Repository,
    image: Manifest,
    path: tuple[str | int, ...],
    value: Any,
) -> None:
    """A manifest with a changed member is refused, or means the same."""
    key = "classifier", statement_tag(image.digest)
    original = server.tags[key]
    replace_artifact(server, image, json.dumps(change(artifact_of(server, image), path, value)).encode())
    with suppress(RefusedError):
        require_statement(repository, image)
    server.tags[key] = original


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"<html>", b"\xff"])
def test_content_that_is_no_manifest_is_refused(
    server: RegistryServer, repository: Repository, image: Manifest, content: bytes
) -> None:
    """Other content under the tag is refused, not taken for an absent statement."""
    replace_artifact(server, image, content or b" ")
    with pytest.raises(RefusedError, match="not an OCI artifact"):
        require_statement(repository, image)
