"""The readiness check of the DNS server."""

from __future__ import annotations

import socket
import threading

import dns.message
import dns.rcode

from localcloud.parts.dns import PORT, responds

SERVER = "127.65.1.20"


def test_every_response_code_counts_as_a_response() -> None:
    """A server that responds with NXDOMAIN is ready."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((SERVER, PORT))

        def serve() -> None:
            packet, client = server.recvfrom(512)
            response = dns.message.make_response(dns.message.from_wire(packet))
            response.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(response.to_wire(), client)

        thread = threading.Thread(target=serve)
        thread.start()
        assert responds(SERVER)
        thread.join(5)


def test_a_server_that_does_not_respond_is_not_ready() -> None:
    """Without a response within the timeout the server is not ready."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((SERVER, PORT))

        assert not responds(SERVER, timeout=0.05)
