"""Requests to one server over kept connections, as a process of its own: `python -m bench.serve.load PLAN`.

PLAN and the result are JSON. Without `rate` each connection sends its next request when it has the response
to the last one, which gives the peak. With `rate` the requests have fixed times, however long the responses
take, and each latency counts from that time: a server that stops for a moment is not spared (as in wrk2).
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path

TIMEOUT_SECONDS = 30
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Plan:
    """What to send: the file `body` to `/score` of 127.0.0.1:`port`, and the best label that must come back.

    It ends after `seconds`, or after `requests` if that is not 0; the first `warm_up` seconds do not count.
    """

    port: int
    body: str
    label: str
    seconds: float = 3.0
    warm_up: float = 0.5
    connections: int = 8
    rate: float = 0.0
    requests: int = 0


@dataclass
class Measurement:
    """Milliseconds of each counted response, the seconds that counted, and one reason for each failure.

    `responses` is the number of all right ones, those outside of the time that counts too, and
    `cpu_milliseconds` the processor time of this process.
    """

    milliseconds: list[float] = field(default_factory=list)
    responses: int = 0
    cpu_milliseconds: float = 0.0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


class Connection:
    """One kept connection; it is opened again after the server has closed it."""

    def __init__(self, port: int, request: bytes) -> None:
        self._address, self._request = ("127.0.0.1", port), request
        self._socket: socket.socket | None = None

    def exchange(self) -> tuple[int, bytes]:
        """Send the request; return status and body. Raises OSError or ValueError if there is no response."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._address, TIMEOUT_SECONDS)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(self._request)
            status, body, closed = _response(self._socket)
        except (OSError, ValueError):
            self.close()
            raise
        if closed:
            self.close()
        return status, body

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None


def _response(source: socket.socket) -> tuple[int, bytes, bool]:
    data = b""
    while HEAD_END not in data:
        data += _received(source)
    head, _, body = data.partition(HEAD_END)
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(headers["content-length"])
    while len(body) < length:
        body += _received(source)
    version, status = lines[0].split(" ")[:2]
    closed = headers.get("connection", "").lower() == "close" or version == "HTTP/1.0"
    return int(status), body, closed


def _received(source: socket.socket) -> bytes:
    part = source.recv(65536)
    if not part:
        raise ConnectionError("the server closed the connection before the response was complete")
    return part


def run(plan: Plan) -> Measurement:
    """Send the requests of a plan and return the found."""
    body = Path(plan.body).read_bytes()
    head = f"POST /score HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    found, start, used = Measurement(), time.perf_counter(), time.process_time()
    due_times = turns(plan, start)
    lock = threading.Lock()

    def next_turn() -> float | None:
        with lock:
            return next(due_times, None)

    def send() -> None:
        connection = Connection(plan.port, request)
        while (due := next_turn()) is not None:
            time.sleep(max(0.0, due - time.perf_counter()))
            began = due if plan.rate else time.perf_counter()
            why = _failure(connection, plan.label)
            with lock:
                _count(found, plan, start, began, why)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(plan.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds, found.cpu_milliseconds = plan.seconds, 1000 * (time.process_time() - used)
    if plan.requests:
        found.seconds = time.perf_counter() - start
    return found


def turns(plan: Plan, start: float) -> Iterator[float]:
    """Return the time of each request, until there are enough."""
    end = start + plan.warm_up + plan.seconds
    for number in count():
        due = start + number / plan.rate if plan.rate else time.perf_counter()
        if number >= plan.requests if plan.requests else due >= end:
            return
        yield due


def _failure(connection: Connection, label: str) -> str:
    """Send one request and return why it failed, or nothing."""
    try:
        status, body = connection.exchange()
        if status != 200:
            return f"status {status}"
        best = json.loads(body)["result"][0][0][0][0]
    except (OSError, ValueError, LookupError, TypeError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "" if best == label else f"{best} instead of {label}"


def _count(found: Measurement, plan: Plan, start: float, began: float, why: str) -> None:
    now = time.perf_counter()
    if why:
        found.failures.append(why)
        return
    found.responses += 1
    if plan.requests or _in_window(plan, start, began, now):
        found.milliseconds.append(round(1000 * (now - began), 3))


def _in_window(plan: Plan, start: float, began: float, now: float) -> bool:
    """At a fixed rate every request of the window counts, at the peak every response within it."""
    opened = start + plan.warm_up
    return opened <= began if plan.rate else opened <= now <= opened + plan.seconds


if __name__ == "__main__":
    json.dump(asdict(run(Plan(**json.loads(sys.argv[1])))), sys.stdout)
