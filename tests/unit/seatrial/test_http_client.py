"""Requests on new connections, to a real local server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from seatrial.http_client import HttpResponse, NewConnections, NoResponseError
from seatrial.total_timeout import new_session
from seatrial.wait import until

TIMEOUT = 20


@dataclass
class Received:
    """A request as the server received it, and the client's address."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    client: tuple[str, int]


@dataclass
class Server:
    """A local server; `status` and `body` are its response, `length` the Content-Length (None: correct)."""

    url: str = ""
    status: int = 200
    body: bytes = b'{"ready": true}'
    length: int | None = None
    silent: bool = False
    received: list[Received] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)


def handler(state: Server) -> type[BaseHTTPRequestHandler]:
    """Return a handler that records requests and responds as `state` sets."""

    class Handler(BaseHTTPRequestHandler):
        # With 1.0 the server would close every connection by itself.
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.received.append(Received(self.command, self.path, headers, body, self.client_address))
            self.close_connection = state.silent or state.length is not None
            if state.silent:
                state.stop.wait(TIMEOUT)
            else:
                self._respond()

        do_POST = do_GET  # noqa: N815

        def _respond(self) -> None:
            self.send_response(state.status)
            self.send_header("X-Release", "trial-1")
            if 300 <= state.status < 400:
                self.send_header("Location", f"{state.url}/elsewhere")
            self.send_header("Content-Length", str(len(state.body) if state.length is None else state.length))
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, *words: object) -> None:
            pass

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server."""
    state = Server()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    state.url = f"http://127.0.0.1:{httpd.server_port}"
    yield state
    state.stop.set()
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections: it is bound and does not listen."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_a_response_has_status_headers_and_body(server: Server) -> None:
    """Header names are case-insensitive, and a JSON body is decoded on request."""
    response = NewConnections().request("GET", f"{server.url}/readyz?x=1", timeout=TIMEOUT)
    assert (response.status, response.ok) == (200, True)
    assert response.headers["x-release"] == response.headers["X-Release"] == "trial-1"
    assert (response.body, response.json()) == (b'{"ready": true}', {"ready": True})
    assert [(each.method, each.path, each.body) for each in server.received] == [("GET", "/readyz?x=1", b"")]


def test_method_body_and_headers_are_sent(server: Server) -> None:
    """A body is sent as it is; a Host header replaces the host of the URL."""
    NewConnections().request(
        "POST",
        f"{server.url}/predict",
        timeout=TIMEOUT,
        body=b"\x00photo\xff",
        headers={"Host": "classifier.test", "Content-Type": "application/octet-stream"},
    )
    (received,) = server.received
    assert (received.method, received.body) == ("POST", b"\x00photo\xff")
    assert received.headers["host"] == "classifier.test"
    assert received.headers["content-type"] == "application/octet-stream"


def test_no_credentials_of_the_user_are_sent(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's ~/.netrc, which may have a password for every host, is not used, nor after a redirect."""
    (tmp_path / "netrc").write_text("default login user password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.status = 302
    NewConnections().request("GET", server.url, timeout=TIMEOUT)
    with new_session(follow_redirects=True) as session, pytest.raises(requests.TooManyRedirects):
        session.get(server.url, timeout=TIMEOUT)
    assert len(server.received) > 2
    assert all("authorization" not in received.headers for received in server.received)


def test_every_request_has_a_connection_of_its_own(server: Server) -> None:
    """Connections are closed after the response, so that a load balancer routes each request."""
    for _ in range(3):
        NewConnections().request("GET", server.url, timeout=TIMEOUT)
    assert len({received.client for received in server.received}) == 3
    assert {received.headers["connection"] for received in server.received} == {"close"}


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_an_error_status_is_a_response(server: Server, status: int) -> None:
    """Any complete response is returned, whatever its status; it is not ok and is not repeated."""
    server.status = status
    response = NewConnections().request("GET", server.url, timeout=TIMEOUT)
    assert (response.status, response.ok) == (status, False)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: Server, status: int) -> None:
    """The redirect itself is the response, and no request is sent to its Location."""
    server.status = status
    response = NewConnections().request("GET", f"{server.url}/livez", timeout=TIMEOUT)
    assert (response.status, response.ok) == (status, False)
    assert response.headers["Location"] == f"{server.url}/elsewhere"
    assert [received.path for received in server.received] == ["/livez"]


def test_a_refused_connection_is_no_response(closed_port: int) -> None:
    """A port that refuses connections raises NoResponseError."""
    with pytest.raises(NoResponseError, match="ConnectionError"):
        NewConnections().request("GET", f"http://127.0.0.1:{closed_port}/", timeout=TIMEOUT)


def test_an_incomplete_body_is_no_response(server: Server) -> None:
    """A connection that ends before the announced length raises NoResponseError."""
    server.length = 1000
    with pytest.raises(NoResponseError):
        NewConnections().request("GET", server.url, timeout=TIMEOUT)


def test_a_timeout_is_no_response(server: Server) -> None:
    """A server that does not respond within the timeout raises NoResponseError, after one request."""
    server.silent = True
    with pytest.raises(NoResponseError, match="Timeout"):
        NewConnections().request("GET", server.url, timeout=0.1)
    assert len(until("the request", lambda: server.received or None, TIMEOUT)) == 1


@pytest.mark.parametrize("url", ["http://", "classifier.test/", f"http://{'a' * 64}.test/"])
def test_an_invalid_url_is_no_response(url: str) -> None:
    """A URL without a host, without a scheme or with an invalid host name raises NoResponseError too."""
    with pytest.raises(NoResponseError):
        NewConnections().request("GET", url, timeout=TIMEOUT)


def test_a_body_that_is_not_json_is_an_error() -> None:
    """`json` raises ValueError; the response itself is valid."""
    with pytest.raises(ValueError, match="Expecting value"):
        HttpResponse(200, body=b"<html>").json()
