"""An image on its way from one real registry to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from seatrial.errors import OutsideError, RefusedError
from seatrial.image.registry import RegistryClient, digest_of
from seatrial.image.registry_copy import CHUNK, Place, copy_image
from seatrial.settings import Registry
from small_image import put_image

SIZE = 3_000_000


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """How many requests of a method were sent so far."""
    sent: list[str] = []
    send = requests.Session.request

    def counting(session: requests.Session, method: str, url: str, **words: Any) -> requests.Response:
        sent.append(method)
        return send(session, method, url, **words)

    monkeypatch.setattr(requests.Session, "request", counting)
    return sent.count


def test_the_same_digest_arrives_byte_for_byte(source: Place, target: Place) -> None:
    """Manifest, config and layers are what they were, in a registry of another address and password."""
    digest = put_image(source, "1", size=SIZE)
    sent = copy_image(source, target, digest)
    assert sent >= SIZE
    manifest = target.client.manifest(target.repository, digest)
    assert manifest is not None
    assert manifest == source.client.manifest(source.repository, digest)
    layer = target.client.call("GET", f"{target.repository}/blobs/{manifest.layers[0][0]}").content
    assert (len(layer), digest_of(layer)) == (SIZE, manifest.layers[0][0])
    assert target.client.config(target.repository, manifest.config)["architecture"] == "amd64"


def test_a_second_copy_sends_nothing(source: Place, target: Place) -> None:
    """What is there already is not sent again."""
    digest = put_image(source, "1")
    copy_image(source, target, digest)
    assert copy_image(source, target, digest) == 0


def test_an_interrupted_copy_is_no_image_and_goes_on(
    source: Place, target: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest goes last: until then there is nothing, and what was sent is not lost."""
    digest = put_image(source, "1", size=SIZE)
    call = RegistryClient.call

    def cut(client: RegistryClient, method: str, path: str, **words: Any) -> requests.Response:
        if method == "PUT" and "/manifests/" in path:
            raise OutsideError("cut off")
        return call(client, method, path, **words)

    monkeypatch.setattr(RegistryClient, "call", cut)
    with pytest.raises(OutsideError, match="cut off"):
        copy_image(source, target, digest)
    monkeypatch.undo()
    assert target.client.manifest(target.repository, digest) is None
    assert copy_image(source, target, digest) == 0
    assert target.client.manifest(target.repository, digest) is not None


def test_within_a_registry_layers_are_mounted(source: Place, count: Callable[[str], int]) -> None:
    """From repository to repository of one registry no layer moves."""
    digest = put_image(source, "1")
    beside, before = Place(source.client, f"{source.repository}-beside"), count("PATCH")
    assert copy_image(source, beside, digest) == 0
    assert count("PATCH") == before
    assert beside.client.manifest(beside.repository, digest) is not None


def test_a_layer_with_other_bytes_is_refused(
    source: Place, target: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that are not those of their digest never become an image."""
    digest = put_image(source, "1", size=SIZE)
    pieces = requests.Response.iter_content

    def altered(answer: requests.Response, size: int) -> Iterator[bytes]:
        # Manifests are read in smaller pieces, and arrive as they are.
        for place, piece in enumerate(pieces(answer, size)):
            spoilt = size == CHUNK and place == 0
            yield bytes([piece[0] ^ 1]) + piece[1:] if spoilt else piece

    monkeypatch.setattr(requests.Response, "iter_content", altered)
    with pytest.raises(RefusedError, match="other bytes"):
        copy_image(source, target, digest)
    monkeypatch.undo()
    assert target.client.manifest(target.repository, digest) is None


def test_an_image_that_is_not_there_is_refused(source: Place, target: Place) -> None:
    """Nothing of another digest is taken for it."""
    put_image(source, "1", size=10)
    with pytest.raises(RefusedError, match="there is no image"):
        copy_image(source, target, "sha256:" + "0" * 64)


def test_without_the_password_nothing_is_copied(
    source: Place, closed_registry: Registry, tmp_path: Any
) -> None:
    """A registry that does not know us refuses, and says so in one line."""
    (tmp_path / "config.json").write_text("{}")
    stranger = closed_registry.model_copy(update={"config_dir": str(tmp_path)})
    with pytest.raises(OutsideError, match="refuses these credentials"):
        copy_image(source, Place(RegistryClient(stranger), "any"), put_image(source, "1", size=10))


def test_an_upload_is_never_sent_elsewhere(
    source: Place, target: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a registry names another host for an upload, our password does not follow."""
    digest = put_image(source, "1", size=10)
    call = RegistryClient.call

    def misled(client: RegistryClient, method: str, path: str, **words: Any) -> requests.Response:
        answer = call(client, method, path, **words)
        if method == "POST":
            answer.headers["Location"] = "http://elsewhere.test/v2/any/blobs/uploads/1"
        return answer

    monkeypatch.setattr(RegistryClient, "call", misled)
    with pytest.raises(OutsideError, match="no place of its own"):
        copy_image(source, target, digest)
