"""A request that the full queue refuses is refused at its headers, and its body is discarded."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest

from app_process import AppProcess, serve, status_of
from seatrial.wait import until
from unit.classifier.metrics.conftest import values
from unit.classifier.server.test_overload import HELD, POST, wait_begun

GET = b"GET /livez HTTP/1.1\r\nHost: app\r\n\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: app\r\n\r\n"
SETTINGS = {"APP_WORKERS": "1", "APP_QUEUE": "1", "APP_RECEIVE_SECONDS": "2", "APP_DEADLINE_SECONDS": "120"}


@pytest.fixture
def full(model_dir: Path, tmp_path: Path) -> Iterator[AppProcess]:
    """A server whose worker computes a request and whose queue is full."""
    with serve(model_dir, tmp_path, SETTINGS, HELD) as server, ExitStack() as clients:
        clients.enter_context(server.connect(POST))
        wait_begun(server, 1)
        clients.enter_context(server.connect(POST))
        _wait_until_full(server)
        yield server
        server.get("/open")


def _wait_until_full(server: AppProcess) -> None:
    def waits() -> Literal[True] | None:
        return True if values("classifier_queue_length", server.probe("/metrics").text)[""] else None

    until("a request that waits", waits, 30, every=0.02)


def head(length: int, *headers: str) -> bytes:
    """Return the head of a POST request with a body of `length` bytes."""
    lines = ["POST / HTTP/1.1", "Host: app", f"Content-Length: {length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def response(connection: socket.socket) -> bytes:
    """Return one response with its whole body."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        assert part, received
        received += part
    start, _, body = received.partition(b"\r\n\r\n")
    length = int(start.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    assert len(body) == length, body
    return received


def test_the_response_comes_before_the_body(full: AppProcess) -> None:
    """The headers are enough: 503 with Retry-After, on a connection that stays open."""
    with full.connect(head(50_000)) as client:
        refused = response(client)
        assert status_of(refused) == 503
        assert b"Retry-After: " in refused
        assert b"Connection: keep-alive" in refused


@pytest.mark.parametrize("parts", [1, 7])
def test_the_body_of_a_refused_request_is_never_read_as_a_request(full: AppProcess, parts: int) -> None:
    """The next request of the connection is answered, and nothing that the body contains."""
    body = SMUGGLED * 100
    with full.connect(head(len(body))) as client:
        assert status_of(response(client)) == 503
        size = -(-len(body) // parts)
        for start in range(0, len(body), size):
            client.sendall(body[start : start + size])
        client.sendall(GET)
        assert status_of(response(client)) == 200
        client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert client.makefile("rb").read().count(b"HTTP/1.1 ") == 1
    assert "/smuggled" not in full.log


def test_a_chunked_body_is_discarded_too(full: AppProcess) -> None:
    """Its end is found by its chunks; the requests behind it are answered in order."""
    chunked = b"POST / HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
    with full.connect(chunked + body + GET) as client:
        both = b""
        while both.count(b"HTTP/1.1 ") < 2:
            both += client.recv(65536)
        assert [int(part[:3]) for part in both.split(b"HTTP/1.1 ")[1:]] == [503, 200]
    assert "/smuggled" not in full.log


def test_the_body_of_a_refused_upgrade_is_not_read_as_a_request(full: AppProcess) -> None:
    """The parser takes what follows an upgrade for another protocol; here it is the body."""
    upgrade = head(len(SMUGGLED), "Connection: Upgrade", "Upgrade: websocket")
    with full.connect(upgrade + SMUGGLED + GET) as client:
        both = b""
        while both.count(b"HTTP/1.1 ") < 2:
            both += client.recv(65536)
        codes = [int(part[:3]) for part in both.split(b"HTTP/1.1 ")[1:]]
        assert codes == [503, 200]
    assert "/smuggled" not in full.log


def test_a_client_that_waits_for_100_continue_need_not_send_its_body(full: AppProcess) -> None:
    """It gets 503 instead of 100, and the connection is closed: the body may or may not follow."""
    with full.connect(head(50_000, "Expect: 100-continue")) as client:
        received = client.makefile("rb").read()
        assert status_of(received) == 503
        assert b"Connection: close" in received
        assert b"100 Continue" not in received


def test_a_large_body_is_not_waited_for(full: AppProcess) -> None:
    """A client that reads stops sending: the response closes the connection."""
    with full.connect(head(8_000_000)) as client:
        refused = response(client)
        assert status_of(refused) == 503
        assert b"Connection: close" in refused


def test_a_client_that_reads_only_after_sending_gets_the_response(full: AppProcess) -> None:
    """The rest of a large body is received and discarded, so the connection is not reset."""
    with full.connect(head(8_000_000) + b"x" * 8_000_000) as client:
        assert status_of(client.makefile("rb").read()) == 503


def test_a_refused_request_gets_one_response_however_its_body_goes_on(full: AppProcess) -> None:
    """A body that stops, or that is not valid, ends the connection without another response."""
    chunked = b"POST / HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n"
    for sent in (head(50_000) + b"x", chunked + b"3\r\nabc\r\nnonsense\r\n\r\n"):
        with full.connect(sent) as client:
            assert client.makefile("rb").read().count(b"HTTP/1.1 ") == 1


def test_it_is_counted_once(full: AppProcess) -> None:
    """The metrics have one refusal for it."""
    before = values("classifier_refusals_total", full.probe("/metrics").text).get("overload", 0)
    with full.connect(head(50_000) + b"x" * 20_000) as client:
        assert status_of(response(client)) == 503
        found = values("classifier_refusals_total", full.probe("/metrics").text)
        assert found["overload"] - before == 1


def test_a_request_behind_another_one_is_answered_in_its_turn(full: AppProcess) -> None:
    """A refusal at the headers does not overtake the response to the request before it."""
    with full.connect(GET + head(1) + b"x" + GET) as client:
        received = b""
        while received.count(b"HTTP/1.1 ") < 3:
            received += client.recv(65536)
        codes = [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]
        assert codes == [200, 503, 200]


def test_nothing_follows_the_response_that_closes_the_connection(full: AppProcess) -> None:
    """While the process drains, a request behind a refused one is neither answered nor counted."""
    (full.log_file.parent / "draining").touch()
    with full.connect((head(3) + b"abc") * 2) as client:
        assert client.makefile("rb").read().count(b"HTTP/1.1 ") == 1
    full.get("/livez")  # The loop has read both by now.
    assert full.log.count('"message": "refused"') == 1
    assert "Traceback" not in full.log


def test_a_refused_request_does_not_keep_its_connection_while_the_process_drains(full: AppProcess) -> None:
    """The response came before; the connection ends with the body, so that the process can end."""
    with full.connect(head(50_000)) as client:
        assert status_of(response(client)) == 503
        (full.log_file.parent / "draining").touch()
        client.sendall(b"x" * 50_000)
        client.settimeout(5)
        assert client.recv(1) == b""
