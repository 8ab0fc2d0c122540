"""Call the WSGI app with a whole request."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from classifier.metrics.http import CLAIM
from classifier.server.messages import Headers, Reply, Request

WsgiApp = Callable[..., Iterable[bytes]]
PER_RESPONSE = frozenset(
    {
        "content-type",
        "content-length",
        "x-request-id",
        "connection",
        "date",
        "vary",
        "traceparent",
        "tracestate",
    }
)


def call(app: WsgiApp, request: Request, port: int) -> Reply:
    """Return the app's response. It raises what the app raises."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, _error: object = None) -> Callable[[bytes], object]:
        started[:] = [(status, headers)]
        return _write

    parts = app(environment(request, port), start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = started[0]
    return Reply(int(status[:3]), headers, body)


def environment(request: Request, port: int) -> dict[str, Any]:
    """Return the WSGI environment of `request`, received on `port`."""
    path, _, query = _origin_form(request.target).partition(b"?")
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": request.target.decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{request.version}",
        "SERVER_NAME": "classifier",
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": request.peer[0],
        "REMOTE_PORT": str(request.peer[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        CLAIM: request.claim,
    }
    for name, value in request.headers:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    if request.body or request.method not in {"GET", "HEAD"}:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def identity_headers(app: WsgiApp, port: int) -> dict[str, str]:
    """Return the headers that every response of the app has: those of `/livez`."""
    reply = call(app, Request("GET", b"/livez", headers=[(b"Host", b"localhost")]), port)
    return {name: value for name, value in reply.headers if name.lower() not in PER_RESPONSE}


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    # `X_A` would be read as `X-A`.
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:
        return
    key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
    environ[key] = f"{environ[key]},{value}" if key in environ else value


def _origin_form(target: bytes) -> bytes:
    """Return the path and query of a target, which may be a whole URL."""
    if target.startswith(b"/") or b"://" not in target:
        return target
    found = urlsplit(target)
    return (found.path or b"/") + (b"?" + found.query if found.query else b"")


def _write(_data: bytes) -> None:
    raise NotImplementedError("the app returns its body")
