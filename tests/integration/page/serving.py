"""The app in this process on a loopback port, and what a proxy or an overloaded server would answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

LOOPBACK = "127.0.0.1"


@dataclass
class ScriptedAnswers:
    """Answers that a test gives instead of the app's to the next requests of `POST /predict`."""

    app: Flask
    next: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    types: list[str] = field(default_factory=list)

    def add(self, status: str, headers: dict[str, str] | None = None, body: object = None) -> None:
        """Answer the next request with this; `body` is a problem, or bytes as they are."""
        kind = {"Content-Type": "text/html" if isinstance(body, bytes) else "application/problem+json"}
        raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        self.next.append((status, {**kind, **(headers or {})}, raw))

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, as a WSGI application."""
        if environ["PATH_INFO"] != "/predict":
            return self.app.wsgi_app(environ, start)
        self.types.append(environ.get("CONTENT_TYPE", ""))
        if not self.next:
            return self.app.wsgi_app(environ, start)
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        status, headers, body = self.next.pop(0)
        start(status, list(headers.items()))
        return [body]


class QuietHandler(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def serving(application: Any, port: int = 0) -> Iterator[str]:
    """Serve a WSGI application and yield its URL."""
    server = make_server(LOOPBACK, port, application, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
