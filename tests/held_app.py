"""A WSGI app whose requests are computed for as long as a test wants.

`POST /` returns once `GET /open` was requested; `GET /begun` returns how many have begun, and `GET /large`
more than the system takes for a client that does not read.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

LARGE = 16 << 20
Start = Callable[[str, list[tuple[str, str]]], object]


def held_classifier() -> Callable[[dict[str, Any], Any], Any]:
    """Return the classifier, whose predictions begin once `GET /open` was requested."""
    from classifier.wsgi import application as classifier

    gate, inner = threading.Event(), classifier()

    def app(environ: dict[str, Any], start: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            gate.wait()
        if environ["PATH_INFO"] == "/open":
            gate.set()
        return inner(environ, start)

    return app


def application() -> Callable[[dict[str, Any], Start], list[bytes]]:
    """Return the app."""
    gate, begun = threading.Event(), itertools.count(1)
    last = [0]

    def app(environ: dict[str, Any], start: Start) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            last[0] = next(begun)
            gate.wait()
        if environ["PATH_INFO"] == "/open":
            gate.set()
        start("200 OK", [("Content-Type", "text/plain"), ("X-Model-Digest", "held")])
        return [b"x" * LARGE if environ["PATH_INFO"] == "/large" else str(last[0]).encode()]

    return app
