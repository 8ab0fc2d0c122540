"""Clients that send slowly, or nothing, take nothing from the others."""

from __future__ import annotations

import resource
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from app_process import AppProcess, serve, status_of
from colours import photo
from seatrial.wait import until

HEAD = b"GET / HTTP/1.1\r\nHost: app\r\nX-Slow: "
BODY = b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nx"
CHUNKS = b"POST /predict HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\nx"
IDLE = 1000


@pytest.fixture
def open_files() -> Iterator[None]:
    """A limit of open files that is sufficient for IDLE connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(IDLE * 2, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("part", [HEAD, BODY, CHUNKS], ids=["head", "body", "chunks"])
def test_incomplete_requests_occupy_no_worker(server: AppProcess, part: bytes) -> None:
    """While forty requests are incomplete, probes and predictions are answered."""
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(server.connect(part))
        assert [server.get(path).status_code for path in ("/livez", "/readyz", "/")] == [200] * 3
        assert server.probe("/livez").status_code == 200
        assert predict(server) == "red"


def test_idle_connections_occupy_no_worker(open_files: None, server: AppProcess) -> None:
    """While 1,000 connections send nothing, probes and predictions are answered."""
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(server.connect())
        assert server.get("/livez").status_code == 200
        assert server.probe("/livez").status_code == 200
        assert predict(server) == "red"


@pytest.mark.parametrize("part", [HEAD, BODY, CHUNKS], ids=["head", "body", "chunks"])
def test_request_that_takes_too_long_gets_408(small_server: AppProcess, part: bytes) -> None:
    """An incomplete request is refused at its deadline, in the app's form, and its connection closed."""
    response = small_server.exchange(part)
    assert status_of(response) == 408
    assert b"application/problem+json" in response
    assert b"X-Model-Digest: sha256:" in response
    assert b"Connection: close" in response


def test_bytes_do_not_extend_the_deadline(small_server: AppProcess) -> None:
    """The deadline is that of the whole request: a client that goes on sending is refused too."""
    with small_server.connect(HEAD) as connection:
        connection.settimeout(0.2)
        received = b""
        while not received:
            connection.sendall(b"x")
            try:
                received = connection.recv(65536)
            except TimeoutError:
                continue
    assert status_of(received) == 408


def test_new_connection_replaces_the_one_that_is_idle_longest(small_server: AppProcess) -> None:
    """Past the limit of 50 connections, new clients are served and the oldest idle connections closed."""
    with ExitStack() as stack:
        idle = [stack.enter_context(small_server.connect()) for _ in range(60)]
        assert small_server.get("/livez").status_code == 200
        assert idle[0].recv(1) == b""
        idle[-1].sendall(b"GET / HTTP/1.1\r\nHost: app\r\n\r\n")
        assert status_of(idle[-1].recv(65536)) == 200


def test_new_connection_replaces_an_incomplete_request(model_dir: Path, tmp_path: Path) -> None:
    """Past the limit of connections, of which none is idle, the oldest incomplete request is refused."""
    with serve(model_dir, tmp_path, {"APP_MAX_CONNECTIONS": "5"}) as server, ExitStack() as stack:
        slow = [stack.enter_context(begin_body(server)) for _ in range(5)]
        assert server.get("/livez").status_code == 200
        assert status_of(slow[0].recv(65536)) == 503


def test_budget_of_bodies_is_taken_from_the_oldest_incomplete_request(
    model_dir: Path, tmp_path: Path
) -> None:
    """Bodies that do not arrive whole leave room for others: the oldest is refused with 503."""
    limits = {"APP_MAX_BODY_BYTES": "200000", "APP_BUFFER_BYTES": "600000"}
    with serve(model_dir, tmp_path, limits) as server, ExitStack() as stack:
        slow = [stack.enter_context(begin_body(server)) for _ in range(4)]
        for connection in slow:
            connection.sendall(b"x" * 190_000)
        response = next(iter(select.select(slow, [], [], 30)[0])).recv(65536)
        assert status_of(response) == 503
        assert b"Retry-After: " in response
        assert predict(server) == "red"


def test_new_connection_replaces_a_client_that_does_not_read(model_dir: Path, tmp_path: Path) -> None:
    """A replaced connection is closed at once, also if its client has not taken the response."""
    app = "held_app:application"
    with serve(model_dir, tmp_path, {"APP_MAX_CONNECTIONS": "5"}, app) as server, ExitStack() as stack:
        before = open_files_of(server)
        for _ in range(20):
            stack.enter_context(ask_and_do_not_read(server))
        assert server.get("/livez").status_code == 200
        until("the end of the others", lambda: open_files_of(server) <= before + 6 or None, 5, every=0.05)


def ask_and_do_not_read(server: AppProcess) -> socket.socket:
    """Return a connection with a response larger than what its client and the system take."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: app\r\n\r\n")
    assert connection.recv(1, socket.MSG_PEEK)
    return connection


def open_files_of(server: AppProcess) -> int:
    """Return the number of files that the server has open."""
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def begin_body(server: AppProcess) -> socket.socket:
    """Return a connection on which the server waits for a body of 199,000 bytes."""
    head = b"POST /predict HTTP/1.1\r\nHost: app\r\nExpect: 100-continue\r\nContent-Length: 199000\r\n\r\n"
    connection = server.connect(head)
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    return connection


def predict(server: AppProcess) -> str:
    """Return the label of a red photo."""
    response = requests.post(
        f"{server.url}/predict", data=photo("red"), headers={"Content-Type": "image/jpeg"}, timeout=30
    )
    return str(response.json()["predictions"][0]["label"])
