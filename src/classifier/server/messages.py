"""Requests and responses, whole in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

Headers = list[tuple[str, str]]


@dataclass
class Request:
    """A request. `headers` are as received, in order; `body` is complete when the request is dispatched.

    `claim` returns True to the first who calls it: the app that has computed the response, or the server that
    has refused it meanwhile. That one counts it.
    """

    method: str = ""
    target: bytes = b""
    version: str = "1.1"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    peer: tuple[str, int] = ("", 0)
    keep_alive: bool = True
    claim: Callable[[], bool] = lambda: True

    def header(self, name: bytes) -> bytes:
        """Return the first header `name` (in lower case), or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), b"")


@dataclass(frozen=True)
class Reply:
    """A response with its whole body."""

    status: int
    headers: Headers
    body: bytes = b""

    def encode(self, request: Request, date: str, keep_alive: bool) -> bytes:
        """Return the bytes to send in response to `request`."""
        fixed = {"content-length", "connection", "date", "transfer-encoding"}
        headers = [(name, value) for name, value in self.headers if name.lower() not in fixed]
        length = self._length(request)
        if length is not None:
            headers.append(("Content-Length", length))
        headers += [("Date", date), ("Connection", "keep-alive" if keep_alive else "close")]
        lines = [f"HTTP/1.1 {self.status} {phrase(self.status)}", *(f"{n}: {v}" for n, v in headers)]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return head if request.method == "HEAD" or length is None else head + self.body

    @property
    def closes(self) -> bool:
        """Whether the app asked to close the connection."""
        return any(n.lower() == "connection" and "close" in v.lower() for n, v in self.headers)

    def _length(self, request: Request) -> str | None:
        if self.status in {204, 304} or self.status < 200:
            return None
        if request.method == "HEAD":
            # The length of the body that GET would return.
            given = [value for name, value in self.headers if name.lower() == "content-length"]
            return given[0] if given else str(len(self.body))
        return str(len(self.body))


def phrase(status: int) -> str:
    """Return the reason phrase of a status code."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
