"""A steady load on the live address as users send it: no retries, every response checked and recorded."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

import requests

from e2e.api_client import ApiClient
from imagemodel.golden import Photo


@dataclass(frozen=True)
class UserRequest:
    """One request: when it was sent (unix seconds), its latency (ms), and its result.

    `status` is 0 if no response arrived; `ok` means status 200 and the right label.
    """

    t: float
    ms: float
    status: int
    release: str
    ok: bool
    why: str
    connection: str


@dataclass
class UserLoad:
    """Clients that send requests inside the `with` block: half on persistent connections, half on new ones.

    `rate` is in requests a second for all clients together; each client waits for its response before its
    next request. The load ends after `seconds` or `limit` requests.
    """

    url: str
    address: str
    photos: Sequence[Photo]
    rate: float = 20
    seconds: float = 600
    limit: int = 20_000
    clients: int = 4
    requests: list[UserRequest] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> UserLoad:
        """Start the clients."""
        self._bodies = [(photo.path.read_bytes(), photo.label) for photo in self.photos]
        self._threads = [
            threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(self.clients)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the clients, each after its current response."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.requests.sort(key=lambda request: request.t)

    def failed(self) -> list[UserRequest]:
        """Return the requests without a response, or with another status than 200."""
        return [request for request in self.requests if request.status != 200]

    def wrong(self) -> list[UserRequest]:
        """Return the requests with status 200 and a wrong label."""
        return [request for request in self.requests if request.status == 200 and not request.ok]

    def releases(self) -> list[str]:
        """Return the releases that responded, in the order of their first response."""
        return list(dict.fromkeys(request.release for request in self.requests if request.release))

    def write(self, target: Path) -> None:
        """Write the timeline, one JSON object a line."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(json.dumps(asdict(request)) + "\n" for request in self.requests))

    def _run(self, number: int) -> None:
        keep_alive = number % 2 == 0
        client = ApiClient(self.url, self.address, keep_alive=keep_alive)
        interval, end = self.clients / self.rate, time.monotonic() + self.seconds
        due = time.monotonic() + number / self.rate
        for turn in range(self.limit // self.clients):
            if self._stop.wait(max(0.0, due - time.monotonic())) or time.monotonic() > end:
                return
            due = max(due + interval, time.monotonic() - interval)
            body, label = self._bodies[turn % len(self._bodies)]
            self.requests.append(_predict(client, body, label, "kept" if keep_alive else "new"))


def _predict(client: ApiClient, body: bytes, label: str, connection: str) -> UserRequest:
    at, start = time.time(), time.monotonic()
    status, release, ok, why = 0, "", False, ""
    try:
        response = client.predict(body)
        status, release = response.status_code, response.headers.get("X-Release", "")
        found = response.json()["predictions"][0]["label"] if status == 200 else ""
        ok, why = found == label, "" if found == label else f"{found or response.text[:80]}, not {label}"
    except (requests.RequestException, ValueError, LookupError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
    return UserRequest(at, round(1000 * (time.monotonic() - start), 1), status, release, ok, why, connection)
