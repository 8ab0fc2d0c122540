"""Tests of the requests that `make bench-serve` sends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from bench.serve import load

RIGHT = {"result": [[[["espresso", 93.5]]], "Computed"]}


class ScoreHandler(BaseHTTPRequestHandler):
    """Responds to each request with the next of `answers`, then with the last one: status and body."""

    protocol_version = "HTTP/1.1"
    answers: list[tuple[int, object]]

    def do_POST(self) -> None:
        """Read the request and respond."""
        self.rfile.read(int(self.headers["Content-Length"]))
        status, document = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


class ClosingHandler(ScoreHandler):
    """Closes the connection after each response, as HTTP/1.0 does."""

    protocol_version = "HTTP/1.0"


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """Yield a server whose responses are right."""
    ScoreHandler.answers = [(200, RIGHT)]
    with ThreadingHTTPServer(("127.0.0.1", 0), ScoreHandler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def body(tmp_path: Path) -> str:
    """Return the path of a request's body."""
    (tmp_path / "body.json").write_text("{}")
    return str(tmp_path / "body.json")


def plan(server: ThreadingHTTPServer, body: str, requests: int) -> load.Plan:
    """Return a plan for a number of requests on two connections."""
    return load.Plan(server.server_port, body, "espresso", connections=2, requests=requests)


def test_every_request_is_counted(server: ThreadingHTTPServer, body: str) -> None:
    """A number of requests gives as many latencies, and no failure."""
    found = load.run(plan(server, body, 20))
    assert (len(found.milliseconds), found.failures) == (20, [])


def test_a_server_that_closes_connections_is_no_failure(server: ThreadingHTTPServer, body: str) -> None:
    """The next request opens another connection."""
    server.RequestHandlerClass = ClosingHandler
    found = load.run(plan(server, body, 10))
    assert (len(found.milliseconds), found.failures) == (10, [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((503, {}), "status 503"),
        ((200, {"result": [[[["tench", 9.1]]], ""]}), "tench instead of espresso"),
        ((200, {"detail": "no"}), "KeyError: 'result'"),
    ],
)
def test_a_wrong_response_is_a_failure(
    server: ThreadingHTTPServer, body: str, answer: tuple[int, object], reason: str
) -> None:
    """A response with another status, label or form is counted as a failure, not as a latency."""
    ScoreHandler.answers = [answer, (200, RIGHT)]
    found = load.run(plan(server, body, 5))
    assert (len(found.milliseconds), found.failures) == (4, [reason])


def test_nobody_listening_is_a_failure(body: str) -> None:
    """A server that does not accept connections fails every request."""
    with ThreadingHTTPServer(("127.0.0.1", 0), ScoreHandler) as unused:
        closed = unused.server_port
    found = load.run(load.Plan(closed, body, "espresso", connections=1, requests=2))
    assert [reason.split(":")[0] for reason in found.failures] == ["ConnectionRefusedError"] * 2


def test_a_fixed_rate_sets_the_time_of_each_request() -> None:
    """The times do not depend on the responses, so a server that stops is measured as its users see it."""
    due = list(load.turns(load.Plan(0, "", "", seconds=1.0, warm_up=0.5, rate=10), start=100.0))
    assert due == [100.0 + number / 10 for number in range(15)]
