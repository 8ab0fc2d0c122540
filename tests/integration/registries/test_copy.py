"""copy_image between two real registries."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from checked_images import put_checked
from seatrial.errors import OutsideError, RefusedError
from seatrial.image.registry import RegistryClient, Repository, digest_of
from seatrial.image.registry_copy import copy_image
from seatrial.image.statement_tag import copy_statement, require_statement
from seatrial.settings import Registry
from small_image import put_image

SIZE = 3_000_000
Respond = Callable[[str, str, requests.Response], None]


class FaultyClient(RegistryClient):
    """A client that counts requests and changes responses, as a faulty registry would."""

    def __init__(self, client: RegistryClient, respond: Respond = lambda *_: None) -> None:
        super().__init__(client.registry, client.credentials)
        self.respond = respond
        self.methods: list[str] = []

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send the request and change the response."""
        self.methods.append(method)
        response = super().call(method, path, **options)
        self.respond(method, path, response)
        return response


class CutClient(RegistryClient):
    """A client that loses the connection before a manifest is sent."""

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send the request unless it would write a manifest."""
        if method == "PUT" and "/manifests/" in path:
            raise OutsideError("connection lost")
        return super().call(method, path, **options)


def test_the_digest_stays_the_same(source: Repository, target: Repository) -> None:
    """Manifest, config and layers are equal in a registry with another address and password."""
    digest = put_image(source, "1", size=SIZE)
    sent = copy_image(source, target, digest)
    assert sent >= SIZE
    manifest = target.client.manifest(target.repository, digest)
    assert manifest is not None
    assert manifest == source.client.manifest(source.repository, digest)
    layer = target.client.call("GET", f"{target.repository}/blobs/{manifest.layers[0][0]}").content
    assert (len(layer), digest_of(layer)) == (SIZE, manifest.layers[0][0])
    assert target.client.config(target.repository, manifest.config)["architecture"] == "amd64"


def test_the_statement_is_copied(source: Repository, target: Repository) -> None:
    """A checked image is checked in the other registry too."""
    image = put_checked(source)
    copy_image(source, target, image.digest)
    copy_statement(source, target, image.digest)
    require_statement(target, image)


def test_a_second_copy_sends_nothing(source: Repository, target: Repository) -> None:
    """Blobs that the target has are not sent again."""
    digest = put_image(source, "1")
    copy_image(source, target, digest)
    assert copy_image(source, target, digest) == 0


def test_an_interrupted_copy_is_not_an_image_and_resumes(source: Repository, target: Repository) -> None:
    """The manifest is sent last: until then there is no image, and the blobs are not sent again."""
    digest = put_image(source, "1", size=SIZE)
    cut = Repository(CutClient(target.client.registry, target.client.credentials), target.repository)
    with pytest.raises(OutsideError, match="connection lost"):
        copy_image(source, cut, digest)
    assert target.client.manifest(target.repository, digest) is None
    assert copy_image(source, target, digest) == 0
    assert target.client.manifest(target.repository, digest) is not None


def test_layers_are_mounted_within_a_registry(source: Repository) -> None:
    """Between repositories of one registry no blob is sent."""
    digest, client = put_image(source, "1"), FaultyClient(source.client)
    beside = Repository(client, f"{source.repository}-beside")
    assert copy_image(source, beside, digest) == 0
    assert "POST" in client.methods
    assert "PATCH" not in client.methods
    assert beside.client.manifest(beside.repository, digest) is not None


def test_a_layer_with_other_bytes_is_refused(source: Repository, target: Repository) -> None:
    """Content that does not match its digest never becomes an image."""
    digest = put_image(source, "1", size=SIZE)

    def alter_blobs(_method: str, path: str, response: requests.Response) -> None:
        body = response.raw.read() if "/blobs/" in path else b""
        if body:
            response.raw = io.BytesIO(bytes([body[0] ^ 1]) + body[1:])

    faulty = Repository(FaultyClient(source.client, alter_blobs), source.repository)
    with pytest.raises(RefusedError, match="does not match its digest"):
        copy_image(faulty, target, digest)
    assert target.client.manifest(target.repository, digest) is None


def test_a_missing_image_is_refused(source: Repository, target: Repository) -> None:
    """A digest that the source does not have is refused."""
    put_image(source, "1", size=10)
    with pytest.raises(RefusedError, match="there is no image"):
        copy_image(source, target, "sha256:" + "0" * 64)


def test_a_copy_needs_the_password_of_the_target(
    source: Repository, closed_registry: Registry, tmp_path: Path
) -> None:
    """Without credentials the target refuses in one line."""
    (tmp_path / "config.json").write_text("{}")
    anonymous = closed_registry.model_copy(update={"config_dir": str(tmp_path)})
    with pytest.raises(OutsideError, match="refuses these credentials"):
        copy_image(source, Repository(RegistryClient(anonymous), "any"), put_image(source, "1", size=10))


def test_an_upload_url_of_another_host_is_refused(source: Repository, target: Repository) -> None:
    """Credentials are not sent to another host that a registry names for an upload."""
    digest = put_image(source, "1", size=10)

    def redirect_uploads(method: str, _path: str, response: requests.Response) -> None:
        if method == "POST":
            response.headers["Location"] = "http://elsewhere.test/v2/any/blobs/uploads/1"

    faulty = Repository(FaultyClient(target.client, redirect_uploads), target.repository)
    with pytest.raises(OutsideError, match="outside of its API"):
        copy_image(source, faulty, digest)
