"""An HTTP server with a prepared response for each path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class PreparedServer:
    """The address of the server, and the bodies of its responses by a part of the path.

    A path without a response is not found. With `challenge` a request without a token gets that header.
    """

    address: str = ""
    responses: dict[str, bytes] = field(default_factory=dict)
    challenge: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    prepared: PreparedServer

    def do_GET(self) -> None:
        prepared = self.prepared
        if prepared.challenge and "/v2/" in self.path and not self.headers.get("Authorization"):
            self._send(401, {"WWW-Authenticate": prepared.challenge}, b"")
            return
        body = next((body for part, body in prepared.responses.items() if part in self.path), None)
        self._send(404 if body is None else 200, {}, body or b"")

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def prepared_server() -> Iterator[PreparedServer]:
    """Yield a running server."""
    prepared = PreparedServer()
    handler = type("Handler", (_Handler,), {"prepared": prepared})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.daemon_threads = True
        prepared.address = f"127.0.0.1:{running.server_port}"
        Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield prepared
        running.shutdown()
