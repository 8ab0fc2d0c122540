"""One TCP connection to a pod's port, through the API server, by the WebSocket form of port-forward.

The server sends two channels, 0 for data and 1 for an error, each with the port's number first. The
PortForward of kubernetes is not used: it connects without a limit and hides why a connection has ended.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from select import select
from typing import Any

import websocket
from kubernetes import client
from kubernetes.stream.ws_client import V4_CHANNEL_PROTOCOL, get_websocket_url, websocket_proxycare
from websocket import ABNF, WebSocketException

from seatrial.kube.pods import Pod
from seatrial.release.preview_path import PreviewPathError

# Limits connecting, sending, and the silence until a ping and again until its response. Together less
# than the 10 s after which suite and load give up, so that a broken path is noticed before.
SECONDS = 3
DATA, ERROR = b"\0", b"\1"
# containerd's and CRI-O's words for what the pod's port did. Everything else is an error of the path.
POD_ERROR = re.compile(r"namespace.*(connection refused|connection reset by peer|broken pipe)", re.DOTALL)
PERMANENT = (401, 403)
# As a header: a kubelet need not name the protocol that it chose.
PROTOCOL = f"sec-websocket-protocol: {V4_CHANNEL_PROTOCOL}"


class PodError(Exception):
    """The pod's port refused or reset the connection."""


@dataclass
class PodConnection:
    """A connection to the port of `pod`, for one thread: TLS does not permit to send and receive at once.

    `awaits_response` is whether nothing was received since bytes were sent, `pinged` when a ping was sent
    that nothing answered yet. `clock` returns seconds.
    """

    pod: Pod
    socket: websocket.WebSocket
    clock: Callable[[], float]
    awaits_response: bool = True
    pinged: float = 0.0
    _started: set[bytes] = field(default_factory=set)
    _heard: float = 0.0

    def __post_init__(self) -> None:
        """Start the time of silence."""
        self._heard = self.clock()

    def fileno(self) -> int:
        """Return the descriptor of the socket, to wait for its next bytes."""
        return int(self.socket.fileno())  # type: ignore[no-untyped-call]

    def pending(self) -> bool:
        """Return whether bytes are here already, which the socket does not report."""
        return isinstance(self.socket.sock, ssl.SSLSocket) and self.socket.sock.pending() > 0

    def send(self, data: bytes) -> None:
        """Send bytes. Raises PreviewPathError if the connection is lost."""
        self.awaits_response = True
        try:
            self.socket.send_binary(DATA + data)
        except (WebSocketException, OSError) as error:
            raise self._lost(type(error).__name__) from error

    def receive(self) -> bytes | None:
        """Return the next bytes (there may be none), or None at the end.

        Raises PodError, and PreviewPathError if the connection is lost.
        """
        try:
            opcode, frame = self.socket.recv_data_frame(control_frame=True)
        except (WebSocketException, OSError) as error:
            raise self._lost(type(error).__name__) from error
        self._heard, self.pinged = self.clock(), 0.0
        if opcode == ABNF.OPCODE_CLOSE:
            return None
        data = self._payload(frame.data) if opcode == ABNF.OPCODE_BINARY else b""
        self.awaits_response = self.awaits_response and not data
        return data

    def is_idle(self) -> bool:
        """Return whether it has been silent after a response; if it awaits one, see that the path works.

        An idle connection must end here: the pod's own end of it arrives a second late, too late for a
        client that sends another request. Raises PreviewPathError if nothing answers a ping.
        """
        now = self.clock()
        if now - self._heard < SECONDS:
            return False
        if not self.awaits_response:
            return True
        if not self.pinged:
            self.pinged = now
            with suppress(WebSocketException, OSError):
                self.socket.ping()
        if now - self.pinged >= SECONDS:
            raise self._lost(f"no response to a ping within {SECONDS} s")
        return False

    def is_refused(self, seconds: float) -> bool:
        """Return whether the pod's port refuses the connection within `seconds`. Raises PreviewPathError."""
        end = self.clock() + seconds
        try:
            while (left := end - self.clock()) > 0:
                if (self.pending() or select([self], [], [], left)[0]) and self.receive() is None:
                    return False
        except PodError:
            return True
        return False

    def close(self) -> None:
        """End the connection."""
        with suppress(WebSocketException, OSError):
            self.socket.send_close()
        self.socket.shutdown()  # type: ignore[no-untyped-call]

    def _payload(self, data: bytes) -> bytes:
        channel, rest = data[:1], data[1:]
        if channel not in self._started:
            self._started.add(channel)
            return b""
        if channel == ERROR and rest:
            message = rest.decode(errors="replace")
            if POD_ERROR.search(message):
                raise PodError(message)
            raise PreviewPathError(f"port-forward to pod {self.pod.name}: {_line(message)}")
        return rest if channel == DATA else b""

    def _lost(self, reason: str) -> PreviewPathError:
        return PreviewPathError(f"the connection to pod {self.pod.name} was lost ({reason})")


def forward(
    configuration: client.Configuration, namespace: str, pod: Pod, clock: Callable[[], float]
) -> PodConnection:
    """Open a connection to a pod's port. Raises PreviewPathError if the API server refuses or is away."""
    path = f"/api/v1/namespaces/{namespace}/pods/{pod.name}/portforward"
    address = configuration.host + path
    url = get_websocket_url(address, [("ports", pod.port)])  # type: ignore[no-untyped-call]
    try:
        # Asking for the token may run a credential plugin, which may fail in any way.
        token = configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        options: dict[str, Any] = {"header": [PROTOCOL, *([f"authorization: {token}"] if token else [])]}
        if configuration.proxy:
            websocket_proxycare(options, configuration, url, {})  # type: ignore[no-untyped-call]
        opened = websocket.create_connection(url, SECONDS, sslopt=_tls(configuration), **options)
        return PodConnection(pod, opened, clock)
    except websocket.WebSocketBadStatusException as error:
        raise _refused(pod, error) from error
    except Exception as error:
        raise PreviewPathError(f"the API server does not respond ({type(error).__name__})") from error


def _tls(configuration: client.Configuration) -> dict[str, object]:
    """Return the TLS options of kubernetes' `create_websocket`, which has no limit for connecting."""
    options: dict[str, object] = {"cert_reqs": ssl.CERT_NONE}
    if configuration.verify_ssl:
        checked = configuration.assert_hostname is not False
        options = {"cert_reqs": ssl.CERT_REQUIRED, "check_hostname": checked}
    if configuration.ssl_ca_cert:
        options["ca_certs"] = configuration.ssl_ca_cert
    if configuration.cert_file:
        options |= {"certfile": configuration.cert_file, "keyfile": configuration.key_file}
    if configuration.tls_server_name:
        options["server_hostname"] = configuration.tls_server_name
    return options


def _refused(pod: Pod, error: websocket.WebSocketBadStatusException) -> PreviewPathError:
    status = error.status_code
    return PreviewPathError(
        f"the API server refused the port-forward to pod {pod.name} ({status}): {_reason(error.resp_body)}",
        "an administrator runs make bootstrap ENV=NAME once" if status in PERMANENT else "",
        permanent=status in PERMANENT,
    )


def _reason(body: bytes | None) -> str:
    text = (body or b"").decode(errors="replace")
    try:
        return _line(str(json.loads(text)["message"]))
    except (ValueError, KeyError, TypeError):
        return _line(text) or "empty response"


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
