"""A server that answers as it is told, and what watches it: for tests of the load that judges."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from imagemodel.card import FileEntry
from imagemodel.golden import Photo
from seatrial.analysis.baseline import Baseline, Tolerances
from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.thresholds import Thresholds


@dataclass
class Behaviour:
    """How the server answers."""

    label: str = "cat"
    release: str = "trial-1"
    status: int = 200
    delay: float = 0
    sure: float = 0.9


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Serve on loopback; the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(behaviour.delay)
            best = {"label": behaviour.label, "probability": behaviour.sure}
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
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@dataclass
class Watch:
    """Watches a server with one photo, a cat, until it has been asked some times."""

    url: str
    folder: Path
    photo: Photo = field(init=False)

    def __post_init__(self) -> None:
        """Make the photo."""
        (self.folder / "cat.jpg").write_bytes(b"photo")
        self.photo = Photo(self.folder / "cat.jpg", "cat", 0, 0.5, "", "", FileEntry("0" * 64, 5))

    def __call__(
        self,
        max_error_rate: float = 0.0,
        max_p95: float = 30_000,
        requests: int = 25,
        stable: Baseline | None = None,
        planned: int = 0,
        max_slowdown: float | None = 2,
    ) -> LoadGenerator:
        """Return the watcher after so many requests."""
        near = Tolerances(max_slowdown, max_drift=0.02)
        promise = Thresholds("trial-1", max_error_rate, max_p95, stable, near)
        load = LoadGenerator(self.url, [self.photo], promise, rate=200, limit=requests, planned=planned)
        with load:
            end = time.monotonic() + 30
            while load.total < requests and time.monotonic() < end:
                time.sleep(0.02)
        return load


def broken(watcher: LoadGenerator) -> list[str]:
    """Return the names of the promises that were broken."""
    return [verdict.name for verdict in watcher.verdicts() if not verdict.passed]
