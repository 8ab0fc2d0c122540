"""A stand-in for Azure's public DNS: the name of a DNS label exists once the Service has its address."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@contextmanager
def public_dns(name: str, address: Callable[[], str]) -> Iterator[int]:
    """Answer queries for one name on a loopback port (UDP) inside the block; the value is the port.

    `address` returns the address that the name has now, empty for none.
    """

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, connection = self.request
            connection.sendto(_answer(data, name, address), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def _answer(data: bytes, name: str, address: Callable[[], str]) -> bytes:
    query = dns.message.from_wire(data)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    asked = query.question[0].name
    found = address() if str(asked).rstrip(".") == name else ""
    if found:
        response.answer.append(dns.rrset.from_text(asked, 1, "IN", "A", found))
    else:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()
