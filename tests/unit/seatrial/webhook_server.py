"""A local HTTP server that receives notifications like the webhook of a chat service."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "/services/T0/B0/the-secret-of-the-webhook"


@dataclass
class Webhook:
    """The webhook: its URL, the status of its answers, and the bodies that it received.

    With `slow` an answer never ends: one byte follows the other until the server stops.
    """

    url: str = ""
    status: int = 200
    slow: bool = False
    bodies: list[Any] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)


def handler(state: Webhook) -> type[BaseHTTPRequestHandler]:
    """Return a handler that records the body of a request and answers as `state` sets."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == SECRET
            state.bodies.append(json.loads(body))
            state.types.add(self.headers["Content-Type"])
            self.send_response(state.status)
            self.send_header("Location", state.url)
            self.end_headers()
            while state.slow and not state.stop.wait(0.02):
                self.wfile.write(b".")

        def log_message(self, *words: object) -> None:
            pass

    return Handler


@contextmanager
def serving_webhook() -> Iterator[Webhook]:
    """Serve the webhook on a loopback port."""
    state = Webhook()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    state.url = f"http://127.0.0.1:{httpd.server_port}{SECRET}"
    try:
        yield state
    finally:
        state.stop.set()
        httpd.shutdown()
        httpd.server_close()
