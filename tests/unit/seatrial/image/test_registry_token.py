"""Bearer authentication as in Azure Container Registry, against a local server in its place."""

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


class TokenRegistry(BaseHTTPRequestHandler):
    """Issues a token for a password or an identity token, and serves a manifest for that token."""

    def do_GET(self) -> None:
        """Serve the manifest, or a token for the password."""
        if self.path.startswith("/token"):
            self._token("Basic" in self.headers.get("Authorization", ""))
        elif self.headers.get("Authorization") == "Bearer good":
            self._send(200, MANIFEST)
        else:
            host = self.headers["Host"]
            challenge = f'Bearer realm="http://{host}/token",service="s",scope="repository:app:pull"'
            self._send(401, b"{}", challenge)

    def do_POST(self) -> None:
        """Serve a token for an identity token."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._token(form.get("refresh_token") == ["identity"] and form["service"] == ["s"])

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
        """Write no log."""


@pytest.fixture
def registry() -> Iterator[Registry]:
    """The settings of that server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), TokenRegistry)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield Registry(address=f"127.0.0.1:{server.server_port}", insecure=True)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("credentials", [Credentials("user", "word"), Credentials("user", token="identity")])
def test_a_bearer_challenge_is_answered_with_a_token(registry: Registry, credentials: Credentials) -> None:
    """A password or an identity token gets a bearer token, and that gets the manifest."""
    found = RegistryClient(registry, credentials).manifest("app", "tag")
    assert found
    assert found.config == "sha256:c"


@pytest.mark.parametrize("credentials", [Credentials(), Credentials("user", token="expired")])
def test_credentials_without_a_token_are_refused(registry: Registry, credentials: Credentials) -> None:
    """Anonymous access and an expired identity token are refused in one line."""
    with pytest.raises(OutsideError, match="refuses these credentials"):
        RegistryClient(registry, credentials).manifest("app", "tag")
