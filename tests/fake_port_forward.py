"""A fake of the port-forward of an API server: its protocol, to a server on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Literal

from websocket import ABNF, WebSocket, WebSocketException

Fault = Literal["", "cut", "silent"]
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# containerd's messages.
REFUSED = (
    "error forwarding port 8080 to pod 60233bb5, uid : failed to execute portforward in network namespace "
    '"/var/run/netns/cni-3e43": failed to connect to localhost:8080 inside namespace "60233bb5", IPv4: dial '
    "tcp4 127.0.0.1:8080: connect: connection refused"
)
RESET = (
    "error forwarding port 8080 to pod 60233bb5, uid : failed to execute portforward in network namespace "
    '"/var/run/netns/cni-3e43": read tcp4 127.0.0.1:46540->127.0.0.1:8080: read: connection reset by peer'
)


@dataclass
class FakePortForward:
    """Forwards each connection to `target`, a port of this machine on which a real server may listen.

    `statuses` are those of the next requests in turn, after them 101. `error` is sent on the error channel
    instead of forwarding. `fault` is what happens at the client's first bytes: the connection is cut, or
    nothing is read or sent any more. `paths` and `tokens` are those of the requests.
    """

    target: int = 0
    statuses: list[int] = field(default_factory=list)
    error: str = ""
    fault: Fault = ""
    paths: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    _end: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve on loopback; the context is the URL."""
        with _Server(("127.0.0.1", 0), _handler(self)) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            self._end.set()
            server.shutdown()

    def run(self, client: WebSocket) -> None:
        """Forward an accepted WebSocket."""
        for channel in (b"\0", b"\1"):
            client.send_binary(channel + (8080).to_bytes(2, "little"))
        if self.error:
            client.send_binary(b"\1" + self.error.encode())
            return
        try:
            pod = socket.create_connection(("127.0.0.1", self.target))
        except ConnectionRefusedError:
            client.send_binary(b"\1" + REFUSED.encode())
            return
        threading.Thread(target=_to_client, args=(pod, client), daemon=True).start()
        self._to_pod(client, pod)

    def _to_pod(self, client: WebSocket, pod: socket.socket) -> None:
        with pod, suppress(OSError, WebSocketException):
            while True:
                opcode, frame = client.recv_data_frame(control_frame=True)
                if opcode == ABNF.OPCODE_CLOSE or (opcode == ABNF.OPCODE_BINARY and self.fault == "cut"):
                    return
                if opcode == ABNF.OPCODE_BINARY and self.fault == "silent":
                    self._end.wait()
                    return
                if opcode == ABNF.OPCODE_BINARY:
                    pod.sendall(frame.data[1:])


def _to_client(pod: socket.socket, client: WebSocket) -> None:
    with suppress(OSError, WebSocketException):
        try:
            while data := pod.recv(65536):
                client.send_binary(b"\0" + data)
        except ConnectionResetError:
            client.send_binary(b"\1" + RESET.encode())
        client.send_close()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


def _handler(fake: FakePortForward) -> type[StreamRequestHandler]:
    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            line, headers = self.rfile.readline().decode(), {}
            while text := self.rfile.readline().decode().strip():
                name, _, value = text.partition(": ")
                headers[name.lower()] = value
            fake.paths.append(line.split()[1])
            fake.tokens.append(headers.get("authorization", ""))
            status = fake.statuses.pop(0) if fake.statuses else 101
            self._respond(status, headers["sec-websocket-key"])
            if status == 101:
                fake.run(self._socket())

        def _respond(self, status: int, key: str) -> None:
            if status != 101:
                body = json.dumps({"message": f"refused with {status}"})
                self.wfile.write(
                    f"HTTP/1.1 {status} No\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
                )
                return
            accept = base64.b64encode(hashlib.sha1((key + GUID).encode(), usedforsecurity=False).digest())
            upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            self.wfile.write(f"{upgrade}Sec-WebSocket-Accept: {accept.decode()}\r\n\r\n".encode())

        def _socket(self) -> WebSocket:
            accepted = WebSocket()
            accepted.sock, accepted.connected = self.connection, True
            return accepted

    return Handler
