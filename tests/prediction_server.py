"""A local HTTP server with configurable predictions, and a load on it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from imagemodel.card import FileEntry
from imagemodel.golden import Photo
from seatrial.analysis.load import LoadGenerator, LoadPlan
from seatrial.analysis.load_result import LoadResult
from seatrial.wait import until

# Seconds until a load of a few requests must have ended.
LOAD_SECONDS = 30


@dataclass
class Behaviour:
    """The server's responses; `delay` is in seconds."""

    label: str = "cat"
    release: str = "trial-1"
    status: int = 200
    delay: float = 0
    probability: float = 0.9


@contextmanager
def serving(respond: Callable[[], Behaviour | None]) -> Iterator[str]:
    """Run a server on a loopback port; the value is its address, host and port.

    `respond` returns the behaviour for the next response, None for status 503. Only predictions are delayed.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(respond())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            behaviour = respond()
            time.sleep(behaviour.delay if behaviour else 0)
            self._send(behaviour)

        def _send(self, behaviour: Behaviour | None) -> None:
            if behaviour is None:
                self.send_error(503)
                return
            best = {"label": behaviour.label, "probability": behaviour.probability}
            body = json.dumps({"predictions": [best]}).encode()
            self.send_response(behaviour.status)
            self.send_header("X-Release", behaviour.release)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def cat_photo(folder: Path) -> Photo:
    """Return a golden photo with the label `cat`."""
    (folder / "cat.jpg").write_bytes(b"photo")
    return Photo(folder / "cat.jpg", "cat", 0, 0.5, "", "", FileEntry("0" * 64, 5))


@dataclass
class Load:
    """Sends a number of requests with one photo to a URL."""

    url: str
    photo: Photo

    def plan(self, requests: int = 25, planned: int = 0) -> LoadPlan:
        """Return a plan that expects release trial-1."""
        return LoadPlan(self.url, [self.photo], rate=200, release="trial-1", limit=requests, planned=planned)

    def __call__(self, requests: int = 25, planned: int = 0) -> LoadResult:
        """Return the result after all requests have ended."""
        return self.generate(self.plan(requests, planned)).result()

    def generate(self, plan: LoadPlan) -> LoadGenerator:
        """Return the generator after all requests of a plan have ended."""
        load = LoadGenerator(plan)
        with load:
            until(
                "the requests",
                lambda: True if load.result().total >= plan.limit else None,
                LOAD_SECONDS,
                every=0.02,
            )
        return load
