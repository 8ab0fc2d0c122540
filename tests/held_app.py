"""A WSGI app whose requests are computed for as long as a test wants.

`POST /` returns once `GET /open` was requested; `GET /begun` returns how many have begun.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

Start = Callable[[str, list[tuple[str, str]]], object]


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
        return [str(last[0]).encode()]

    return app
