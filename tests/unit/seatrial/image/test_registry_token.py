"""A registry that wants a token first, as Azure's does; a stand-in, because Azure cannot be here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from seatrial.errors import OutsideError
from seatrial.image.credentials import Credentials
from seatrial.image.registry import RegistryClient
from seatrial.settings import Registry

MANIFEST = json.dumps({"config": {"digest": "sha256:c"}, "layers": []}).encode()


class StandIn(BaseHTTPRequestHandler):
    """Gives a token for a password or for an identity token, and manifests for that token."""

    def do_GET(self) -> None:
        """Answer a manifest, or a token by password."""
        if self.path.startswith("/token"):
            self._token("Basic" in self.headers.get("Authorization", ""))
        elif self.headers.get("Authorization") == "Bearer good":
            self._send(200, MANIFEST)
        else:
            host = self.headers["Host"]
            challenge = f'Bearer realm="http://{host}/token",service="s",scope="repository:app:pull"'
            self._send(401, b"{}", challenge)

    def do_POST(self) -> None:
        """Answer a token for an identity token."""
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._token(asked.get("refresh_token") == ["identity"] and asked["service"] == ["s"])

    def _token(self, good: bool) -> None:
        self._send(200 if good else 401, b'{"access_token": "good"}' if good else b"{}")

    def _send(self, status: int, body: bytes, challenge: str = "") -> None:
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[Registry]:
    """The stand-in's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield Registry(address=f"127.0.0.1:{server.server_port}", insecure=True)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("credentials", [Credentials("user", "word"), Credentials("user", token="identity")])
def test_stand_in_for_azure_gives_a_token_first(registry: Registry, credentials: Credentials) -> None:
    """The challenge is answered by password or identity token, and the manifest follows."""
    found = RegistryClient(registry, credentials).manifest("app", "tag")
    assert found
    assert found.config == "sha256:c"


@pytest.mark.parametrize("credentials", [Credentials(), Credentials("user", token="expired")])
def test_stand_in_for_azure_refuses(registry: Registry, credentials: Credentials) -> None:
    """Nobody, and an identity that has expired, are refused in one line."""
    with pytest.raises(OutsideError, match="refuses these credentials"):
        RegistryClient(registry, credentials).manifest("app", "tag")
