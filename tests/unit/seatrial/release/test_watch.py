"""The load that judges: seen keeping quiet, and seen objecting, against a real HTTP server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from modelkit.card import FileEntry
from modelkit.golden import Photo
from seatrial.release.watch import LoadWatcher, Promise


@dataclass
class Behaviour:
    """How the server answers."""

    label: str = "cat"
    release: str = "trial-1"
    status: int = 200
    delay: float = 0
    asked: int = 0


@pytest.fixture
def behaviour() -> Behaviour:
    """An honest server, until a test says otherwise."""
    return Behaviour()


@pytest.fixture
def url(behaviour: Behaviour) -> Iterator[str]:
    """The address of a server that answers as it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            behaviour.asked += 1
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(behaviour.delay)
            body = json.dumps({"predictions": [{"label": behaviour.label}]}).encode()
            self.send_response(behaviour.status)
            self.send_header("X-Release", behaviour.release)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def watch(url: str, tmp_path: Path) -> Callable[..., LoadWatcher]:
    """Watch the server until it has been asked some times."""
    (tmp_path / "cat.jpg").write_bytes(b"photo")
    photo = Photo(tmp_path / "cat.jpg", "cat", 0, 0.5, "", "", FileEntry("0" * 64, 5))

    def run(max_error_rate: float = 0.0, max_p95: float = 30_000, requests: int = 25) -> LoadWatcher:
        promise = Promise("trial-1", max_error_rate, max_p95)
        with LoadWatcher(url, [photo], promise, rate=200, limit=requests) as watcher:
            end = time.monotonic() + 30
            while watcher.total < requests and time.monotonic() < end:
                time.sleep(0.02)
        return watcher

    return run


def _broken(watcher: LoadWatcher) -> list[str]:
    return [verdict.name for verdict in watcher.verdicts() if not verdict.passed]


def test_right_answers_keep_the_promise(watch: Callable[..., LoadWatcher]) -> None:
    """Right, quick answers of the right release break nothing."""
    watcher = watch()
    assert (watcher.broken(), _broken(watcher), watcher.total) == ("", [], 25)


def test_a_wrong_label_breaks_it(watch: Callable[..., LoadWatcher], behaviour: Behaviour) -> None:
    """One wrong label breaks the promise at once, and is named."""
    behaviour.label = "dog"
    watcher = watch()
    assert "cat.jpg is cat, not dog" in watcher.broken()
    assert _broken(watcher) == ["answers under load are right"]


def test_another_release_breaks_it(watch: Callable[..., LoadWatcher], behaviour: Behaviour) -> None:
    """An answer by another release than the one under trial breaks the promise."""
    behaviour.release = "trial-0"
    assert "trial-0 answered in place of trial-1" in watch().broken()


def test_an_error_breaks_it(watch: Callable[..., LoadWatcher], behaviour: Behaviour) -> None:
    """A status of 500 breaks the promise where no error is allowed."""
    behaviour.status = 500
    watcher = watch()
    assert "500" in watcher.broken()
    assert "requests under load succeed" in _broken(watcher)


def test_few_errors_are_borne_where_they_are_allowed(
    watch: Callable[..., LoadWatcher], behaviour: Behaviour
) -> None:
    """A share of errors above the one allowed breaks the promise only once there are enough requests."""
    behaviour.status = 500
    assert watch(max_error_rate=0.5, requests=5).broken() == ""
    assert watch(max_error_rate=0.5, requests=25).broken()


def test_slowness_breaks_it(watch: Callable[..., LoadWatcher], behaviour: Behaviour) -> None:
    """A 95th percentile over the budget breaks the promise."""
    behaviour.delay = 0.1
    assert _broken(watch(max_p95=50)) == ["answers under load are quick"]


def test_silence_breaks_it(watch: Callable[..., LoadWatcher], tmp_path: Path) -> None:
    """An endpoint that never answers breaks the promise."""
    photo = Photo(tmp_path / "cat.jpg", "cat", 0, 0.5, "", "", FileEntry("0" * 64, 5))
    with LoadWatcher("http://127.0.0.1:1", [photo], Promise("trial-1", 0, 1000), 50, limit=3) as watcher:
        end = time.monotonic() + 10
        while watcher.total < 3 and time.monotonic() < end:
            time.sleep(0.02)
    assert watcher.broken()
    assert "it answered at all" in _broken(watcher)


def test_every_request_is_noted(watch: Callable[..., LoadWatcher], behaviour: Behaviour) -> None:
    """What was asked, and what came of it, is there for the report: the wrong ones with why."""
    behaviour.label = "dog"
    watcher = watch()
    assert len(watcher.answers) == watcher.total == 25
    assert {(a.status, a.release, a.ok) for a in watcher.answers} == {(200, "trial-1", False)}
    assert "cat.jpg is cat, not dog" in watcher.answers[0].why


def test_few_answers_are_not_made_slower_than_the_slowest() -> None:
    """The 95th percentile of two answers lies between them."""
    watcher = LoadWatcher("http://127.0.0.1:1", [], Promise("trial-1", 0, 200), 1, seconds=[0.1, 0.2])
    assert not [verdict.name for verdict in watcher.verdicts() if not verdict.passed]
