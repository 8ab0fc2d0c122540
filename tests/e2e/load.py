"""Users: a steady stream of requests, client retries off, every answer judged and written down."""

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
class Answer:
    """One request: when it was sent (unix seconds), how long it took (ms), what came of it.

    `status` is 0 where no answer came; `ok` means 200 and the right label.
    """

    t: float
    ms: float
    status: int
    release: str
    ok: bool
    why: str
    connection: str


@dataclass
class Users:
    """Half of them on kept connections, half on new ones; each waits for its answer before it asks again.

    `rate` is in requests a second for all together; nobody asks after `seconds` or `limit` requests.
    """

    url: str
    address: str
    photos: Sequence[Photo]
    rate: float = 20
    seconds: float = 600
    limit: int = 20_000
    clients: int = 4
    answers: list[Answer] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Users:
        """Let them come."""
        self._bodies = [(photo.path.read_bytes(), photo.label) for photo in self.photos]
        self._threads = [
            threading.Thread(target=self._use, args=(n,), daemon=True) for n in range(self.clients)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let them go, each with its last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.answers.sort(key=lambda answer: answer.t)

    def failed(self) -> list[Answer]:
        """Return the requests that got no answer, or another status than 200."""
        return [answer for answer in self.answers if answer.status != 200]

    def wrong(self) -> list[Answer]:
        """Return the answers that named another label than the right one."""
        return [answer for answer in self.answers if answer.status == 200 and not answer.ok]

    def releases(self) -> list[str]:
        """Return which releases answered, in the order in which they were first met."""
        return list(dict.fromkeys(answer.release for answer in self.answers if answer.release))

    def write(self, target: Path) -> None:
        """Write the timeline, one JSON object a line."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(json.dumps(asdict(answer)) + "\n" for answer in self.answers))

    def _use(self, number: int) -> None:
        kept = number % 2 == 0
        client = ApiClient(self.url, self.address, keep=kept)
        pause, end = self.clients / self.rate, time.monotonic() + self.seconds
        due = time.monotonic() + number / self.rate
        for turn in range(self.limit // self.clients):
            if self._stop.wait(max(0.0, due - time.monotonic())) or time.monotonic() > end:
                return
            due = max(due + pause, time.monotonic() - pause)
            body, label = self._bodies[turn % len(self._bodies)]
            self.answers.append(_ask(client, body, label, "kept" if kept else "new"))


def _ask(client: ApiClient, body: bytes, label: str, connection: str) -> Answer:
    at, start = time.time(), time.monotonic()
    status, release, ok, why = 0, "", False, ""
    try:
        answer = client.predict(body)
        status, release = answer.status_code, answer.headers.get("X-Release", "")
        found = answer.json()["predictions"][0]["label"] if status == 200 else ""
        ok, why = found == label, "" if found == label else f"{found or answer.text[:80]}, not {label}"
    except (requests.RequestException, ValueError, LookupError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
    return Answer(at, round(1000 * (time.monotonic() - start), 1), status, release, ok, why, connection)
