"""The limits of a whole request, against real servers that send slowly, endlessly or too much."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from seatrial.http_client import MAX_BODY_BYTES, NewConnections, NoResponseError
from seatrial.total_timeout import Deadline, new_session, transfer_seconds
from slow_server import SLOW_RESPONSES, SlowResponse, slow_server, write_certificate

SECONDS = 0.4


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The certificate of 127.0.0.1."""
    return write_certificate(tmp_path / "server.pem")


@contextmanager
def endless_body() -> Iterator[str]:
    """A server whose response never ends and arrives as fast as it is read; yields its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def respond() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                    while True:
                        connection.sendall(b"x" * 65536)

        thread = threading.Thread(target=respond, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("response", SLOW_RESPONSES, ids=str)
def test_a_slow_response_ends_at_the_timeout(response: SlowResponse) -> None:
    """The timeout limits the whole response, whichever part of it arrives slowly."""
    with slow_server(response) as server, pytest.raises(NoResponseError, match="timed out"):
        NewConnections().request("GET", f"http://127.0.0.1:{server.port}/", timeout=SECONDS)


@pytest.mark.parametrize("response", SLOW_RESPONSES, ids=str)
def test_a_slow_response_over_tls_ends_at_the_timeout(
    response: SlowResponse, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An encrypted connection has the same limit."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with slow_server(response, certificate) as server, pytest.raises(NoResponseError, match="timed out"):
        NewConnections().request("GET", f"https://127.0.0.1:{server.port}/", timeout=SECONDS)


def test_a_slow_response_within_the_timeout_is_complete() -> None:
    """A response that takes less than the timeout is returned."""
    response = SlowResponse("short", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"yes")
    with slow_server(response) as server:
        found = NewConnections().request("GET", f"http://127.0.0.1:{server.port}/", timeout=20)
    assert (found.status, found.body) == (200, b"yes")


def test_a_request_body_that_is_not_read_ends_at_the_timeout() -> None:
    """A server that accepts the connection and reads nothing does not delay the client beyond the timeout."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(NoResponseError, match="timed out"):
            NewConnections().request("POST", url, timeout=SECONDS, body=bytes(16 << 20))


def test_a_response_without_end_is_no_response() -> None:
    """Not more than the limit is read of a body, however fast it arrives."""
    with endless_body() as url, pytest.raises(NoResponseError, match=f"over {MAX_BODY_BYTES} bytes"):
        NewConnections().request("GET", url, timeout=60)


@pytest.mark.parametrize("location", ["http://[", "//[x", "\xff"])
def test_an_invalid_redirect_is_a_response(location: str) -> None:
    """A Location that is no URL is returned as any other."""
    head = f"HTTP/1.1 302 Found\r\nContent-Length: 1\r\nLocation: {location}\r\n\r\n"
    with slow_server(SlowResponse("redirect", head.encode("latin1"), b"1")) as server:
        found = NewConnections().request("GET", f"http://127.0.0.1:{server.port}/", timeout=20)
    assert (found.status, found.headers["Location"]) == (302, location)


def test_redirects_share_a_deadline() -> None:
    """A server that redirects forever, each time after a while, ends at the deadline of the first request."""
    start = b"HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: /again\r\n"
    redirect = SlowResponse("redirect", start, b"X-P: 123456\r\n", b"\r\n")
    with slow_server(redirect) as server:
        url, session = f"http://127.0.0.1:{server.port}/", new_session(follow_redirects=True)
        with session, pytest.raises((requests.ConnectionError, requests.Timeout)):
            session.get(url, timeout=Deadline(1))


def test_a_transfer_has_time_in_proportion_to_its_size() -> None:
    """A gigabyte gets over two hours at the minimum rate of 1 Mbit/s, an empty blob the base alone."""
    assert transfer_seconds(20, 0) == 20
    assert transfer_seconds(20, 1 << 30) == 20 + 8192
