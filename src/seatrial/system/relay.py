"""A relay on this machine: each connection to its port becomes one to a pod, and bytes pass unchanged."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from selectors import EVENT_READ, DefaultSelector
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Protocol

from seatrial.kube.pods import Pod
from seatrial.release.preview_path import PreviewPathError
from seatrial.runtime import Runtime
from seatrial.system.port_forward import PodError

CHUNK = 32 * 1024
POLL_SECONDS = 0.5
# A connection that takes longer to open may have failed for its client already.
OPEN_SECONDS = 5


class Connection(Protocol):
    """A connection to a pod; see `seatrial.system.port_forward.PodConnection`."""

    pod: Pod
    awaits_response: bool
    pinged: float

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        ...

    def pending(self) -> bool:
        """Return whether bytes are here already."""
        ...

    def send(self, data: bytes) -> None:
        """Send bytes."""

    def receive(self) -> bytes | None:
        """Return the next bytes, or None at the end."""
        ...

    def is_refused(self, seconds: float) -> bool:
        """Return whether the pod's port refuses the connection within some seconds."""
        ...

    def is_idle(self) -> bool:
        """Return whether nothing happens any more."""
        ...

    def close(self) -> None:
        """End the connection."""


class Connector(Protocol):
    """Opens connections to a candidate's pods."""

    def connect(self) -> Connection | None:
        """Return a connection to a ready pod, or None if no pod is ready. Raises PreviewPathError."""
        ...

    def is_down(self, pod: Pod) -> bool:
        """Return whether a pod has crashed: then the end of its connections is not an error of the path."""
        ...

    def is_deleted(self, pod: Pod) -> bool:
        """Return whether a pod was deleted meanwhile. Raises PreviewPathError."""
        ...


class Relay:
    """A path whose connections are those of a Connector."""

    def __init__(self, port: int, connector: Connector, runtime: Runtime) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._connector = connector
        self._runtime = runtime
        self._failures: list[PreviewPathError] = []
        self._opening: dict[socket.socket, float] = {}

    def failure(self) -> PreviewPathError | None:
        """Return the first failure; a connection that is not open after OPEN_SECONDS is one."""
        if not self._failures and any(self._is_late(since) for since in list(self._opening.values())):
            return self._late()
        return self._failures[0] if self._failures else None

    def serve(self, local: socket.socket) -> None:
        """Relay a connection until one side ends it."""
        remote = None
        try:
            remote = self._open(local)
            if remote and self._relay(local, remote) and self._connector.is_deleted(remote.pod):
                # It also resets its connections, for example when its node is drained.
                raise PreviewPathError(deleted(remote.pod.name))
        except PreviewPathError as error:
            # Without an answer to a ping the path has failed, and another request would only take time.
            if not remote or remote.pinged or not self._connector.is_down(remote.pod):
                self._failures.append(error)

    def _open(self, local: socket.socket) -> Connection | None:
        since = self._opening[local] = self._runtime.monotonic()
        try:
            return self._connector.connect()
        finally:
            if self._is_late(since):
                self._failures.append(self._late())
            del self._opening[local]

    def _relay(self, local: socket.socket, remote: Connection) -> bool:
        """Relay until one side ends; return whether the pod ended without the response to a request."""
        local.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with closing(remote), DefaultSelector() as selector:
            for each in (local, remote):
                selector.register(each, EVENT_READ)
            try:
                while not remote.is_idle():
                    ready = [
                        key.fileobj for key, _ in selector.select(0 if remote.pending() else POLL_SECONDS)
                    ]
                    if (remote in ready or remote.pending()) and not _downstream(local, remote):
                        return remote.awaits_response
                    if local in ready and not _upstream(local, remote):
                        break
            except PodError:
                return True
        return False

    def _is_late(self, since: float) -> bool:
        return self._runtime.monotonic() - since > OPEN_SECONDS

    def _late(self) -> PreviewPathError:
        return PreviewPathError(f"no connection to a pod within {OPEN_SECONDS} s")


def deleted(pod: str) -> str:
    """Return the message about a deleted pod."""
    return f"pod {pod} was deleted during the preview"


def _downstream(local: socket.socket, remote: Connection) -> bool:
    """Pass bytes of the pod on; return whether the pod has not ended the connection."""
    data = remote.receive()
    # A client that has closed its connection shows that at the next `_upstream`.
    with suppress(OSError):
        local.sendall(data or b"")
    return data is not None


def _upstream(local: socket.socket, remote: Connection) -> bool:
    """Pass bytes of the client on; return whether the client has not ended the connection."""
    try:
        data = local.recv(CHUNK)
    except OSError:
        return False
    if data:
        remote.send(data)
    return bool(data)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


@contextmanager
def relaying(connector: Connector, runtime: Runtime) -> Iterator[Relay]:
    """Listen on a free port of this machine's loopback address while the block runs."""
    serve: Callable[[socket.socket], None]

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            serve(self.request)

    with _Server(("127.0.0.1", 0), Handler) as server:
        relay = Relay(server.server_address[1], connector, runtime)
        serve = relay.serve
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield relay
        finally:
            server.shutdown()
