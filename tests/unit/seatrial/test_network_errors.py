"""Why a connection failed, found in the errors of real failed connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from seatrial.network_errors import find_reason
from slow_server import SlowResponse, slow_server, write_certificate

ANSWER = SlowResponse("200 OK", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", b"")


def failed(url: str, **options: object) -> str:
    """Return the reason for a failed request."""
    with pytest.raises(requests.RequestException) as raised, requests.Session() as session:
        session.get(url, timeout=options.pop("timeout", 5), **options)  # type: ignore[arg-type]
    reason = find_reason(raised.value)
    assert reason is not None
    assert reason.hint
    return reason.text


@contextmanager
def silent_listener() -> Iterator[int]:
    """Accept connections and never answer; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_closed_port() -> None:
    """Nothing listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "refuses connections" in failed(f"http://127.0.0.1:{port}")


def test_an_unknown_host() -> None:
    """`.invalid` has no addresses (RFC 6761)."""
    assert "not known to DNS" in failed("http://no-such-host.invalid")


def test_no_answer_in_time() -> None:
    """The connection is accepted, and nothing is sent."""
    with silent_listener() as port:
        assert "in time" in failed(f"http://127.0.0.1:{port}", timeout=0.2)


def test_a_certificate_of_an_unknown_authority(tmp_path: Path) -> None:
    """The certificate is not in the bundle."""
    with slow_server(ANSWER, write_certificate(tmp_path / "server.pem")) as server:
        assert "does not trust" in failed(f"https://127.0.0.1:{server.port}")


def test_a_certificate_for_another_name(tmp_path: Path) -> None:
    """The certificate is trusted, but is that of 127.0.0.1 only."""
    certificate = write_certificate(tmp_path / "server.pem")
    with slow_server(ANSWER, certificate) as server:
        assert "for another name" in failed(f"https://localhost:{server.port}", verify=str(certificate))


def test_a_server_without_tls() -> None:
    """The port has plain http."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with closing(server.socket):
        assert "does not use TLS" in failed(f"https://127.0.0.1:{server.server_port}")
        server.shutdown()


def test_a_proxy_that_is_not_there() -> None:
    """The request went to the proxy of the environment, and failed there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    proxies = {"http": f"http://127.0.0.1:{port}"}
    assert "HTTP proxy" in failed("http://example.invalid", proxies=proxies)
