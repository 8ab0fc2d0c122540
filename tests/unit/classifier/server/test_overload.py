"""The queue, the deadline of a request, and clients that leave. The app is one that the test holds."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import pytest

from app_process import AppProcess, serve, status_of
from seatrial.wait import until

POST = b"POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 1\r\n\r\nx"
HELD = "held_app:application"


@contextmanager
def held_server(model: Path, directory: Path, **environ: str) -> Iterator[AppProcess]:
    """Serve the held app with one worker and two places in the queue."""
    settings = {"APP_WORKERS": "1", "APP_QUEUE": "2", **environ}
    with serve(model, directory, settings, HELD) as server:
        yield server
        server.get("/open")


@pytest.fixture
def busy(model_dir: Path, tmp_path: Path) -> Iterator[AppProcess]:
    """A server whose only worker computes a request."""
    with held_server(model_dir, tmp_path) as server, server.connect(POST):
        wait_begun(server, 1)
        yield server


def test_full_queue_refuses_at_once(busy: AppProcess) -> None:
    """Past the queue, a request gets 503 with Retry-After while the worker still computes; probes get 200."""
    with ExitStack() as stack:
        clients = [stack.enter_context(busy.connect(POST)) for _ in range(4)]
        response = first_response(clients)
        assert status_of(response) == 503
        assert b"Retry-After: 1\r\n" in response
        assert b"Connection: keep-alive" in response
        assert json.loads(response.partition(b"\r\n\r\n")[2])["error"] == "too many requests: 2 wait already"
        assert busy.get("/livez").status_code == 200
        assert busy.probe("/livez").status_code == 200


def test_request_of_a_client_that_left_is_not_computed(busy: AppProcess) -> None:
    """A request that waits is withdrawn when its client closes the connection; the next one is computed."""
    busy.connect(POST).close()
    # Two responses: the event loop has seen the end of the connection.
    for _ in range(2):
        busy.get("/begun")
    with busy.connect(POST) as waiting:
        busy.get("/open")
        assert waiting.recv(65536).endswith(b"\r\n\r\n2")


def test_deadline_is_reported_to_the_client(model_dir: Path, tmp_path: Path) -> None:
    """A computed request gets 504 at its deadline, a waiting one 503, which is then not computed."""
    with (
        held_server(model_dir, tmp_path, APP_DEADLINE_SECONDS="1") as server,
        server.connect(POST) as computed,
        server.connect(POST) as waiting,
    ):
        responses = [computed.recv(65536), waiting.recv(65536)]
        assert sorted(map(status_of, responses)) == [503, 504]
        assert all(b"its deadline of 1 s" in response for response in responses)
        server.get("/open")
        with server.connect(POST) as later:
            assert later.recv(65536).endswith(b"\r\n\r\n2")


@pytest.mark.parametrize("port", ["admin_port", "port"])
def test_liveness_fails_while_a_worker_makes_no_progress(model_dir: Path, tmp_path: Path, port: str) -> None:
    """A worker that computes one request for too long makes the probes of both ports fail."""
    with held_server(model_dir, tmp_path, APP_STUCK_SECONDS="1") as server, server.connect(POST) as wedged:
        probe = server.probe if port == "admin_port" else server.get
        wait_begun(server, 1)

        def livez(status: int) -> Literal[True] | None:
            return True if probe("/livez").status_code == status else None

        until("failure of liveness", lambda: livez(503), 30, every=0.1)
        assert "more than 1 s" in probe("/livez").json()["error"]
        server.get("/open")
        assert status_of(wedged.recv(65536)) == 200
        until("recovery of liveness", lambda: livez(200), 30, every=0.1)


def first_response(clients: list[socket.socket]) -> bytes:
    """Return what the first of the clients receives that receives anything."""
    ready, _, _ = select.select(clients, [], [], 30)
    received: bytes = ready[0].recv(65536)
    return received


def wait_begun(server: AppProcess, number: int) -> None:
    """Wait until the app has begun `number` requests."""

    def begun() -> Literal[True] | None:
        return True if int(server.get("/begun").text) >= number else None

    until("begin of a request", begun, 30, every=0.02)
