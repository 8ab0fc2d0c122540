"""Deadlines and limits of requests to a registry, against real servers that send slowly or too much."""

from __future__ import annotations

import pytest
import requests

from seatrial.errors import OutsideError
from seatrial.image import registry_requests
from seatrial.image.credentials import Credentials
from seatrial.image.registry import RegistryClient
from seatrial.settings import Registry
from slow_server import SLOW_RESPONSES, SlowResponse, slow_server

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.fixture(autouse=True)
def _deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline that is far shorter than the slow responses."""
    monkeypatch.setattr(registry_requests, "REQUEST_SECONDS", 0.4)


def client_of(port: int) -> RegistryClient:
    """Return an anonymous client of the registry at a port of this machine."""
    return RegistryClient(Registry(address=f"127.0.0.1:{port}", insecure=True), Credentials())


@pytest.mark.parametrize("response", SLOW_RESPONSES, ids=str)
def test_a_slow_registry_ends_at_the_deadline(response: SlowResponse) -> None:
    """A registry that sends any part of a response slowly ends in one line."""
    with slow_server(response) as server, pytest.raises(OutsideError, match="does not answer"):
        client_of(server.port).manifest("app", "tag")


@pytest.mark.parametrize("response", SLOW_RESPONSES[2:], ids=str)
def test_a_slow_download_ends_at_its_deadline(response: SlowResponse) -> None:
    """The content of a blob has a deadline in proportion to its size."""
    with slow_server(response) as server:
        blob = client_of(server.port).call("GET", "app/blobs/sha256:0", stream=True, size=1024)
        with pytest.raises(requests.ConnectionError, match="timed out"):
            blob.content  # noqa: B018


def test_a_download_has_time_for_its_size() -> None:
    """A blob that takes longer than a document may is read to its end."""
    with slow_server(SlowResponse("short", HEAD, b"x" * 40)) as server:
        blob = client_of(server.port).call("GET", "app/blobs/sha256:0", stream=True, size=8 << 20)
        assert blob.content == b"x" * 40


def test_a_document_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not more than the limit is read of a manifest."""
    monkeypatch.setattr(registry_requests, "MAX_DOCUMENT_BYTES", 1000)
    large = SlowResponse("large", HEAD + b"x" * 1000, b"x", b"x" * 10_000_000)
    with slow_server(large) as server, pytest.raises(OutsideError, match="over 1000 bytes for a document"):
        client_of(server.port).manifest("app", "tag")
