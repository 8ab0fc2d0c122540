"""Our own light load on an endpoint, every answer judged: errors, latency, labels, release."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import requests

from imagemodel.golden import Photo
from seatrial.analysis.thresholds import LoadResult, Thresholds
from seatrial.analysis.timeline import Sample, write_timeline
from seatrial.results import Check

REQUEST_SECONDS = 10
CONNECTIONS = 8


@dataclass
class LoadGenerator:
    """Sends golden photos at a steady rate, each on a connection of its own, until it is stopped.

    `rate` is in requests a second; `host` is the name to ask for at an address. The number of
    requests is bounded by `limit`; `planned` is how many there may be, 0 where nobody knows.
    Each is noted in `answers`, and written to `timeline` at the end; `given` says how sure each right
    answer was, by photo.
    """

    url: str
    photos: Sequence[Photo]
    promise: Thresholds
    rate: float
    host: str = ""
    limit: int = 20_000
    failures: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    timeline: Path | None = None
    answers: list[Sample] = field(default_factory=list)
    planned: int = 0
    given: dict[str, list[float]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _under_way: dict[int, float] = field(default_factory=dict)

    def __enter__(self) -> LoadGenerator:
        """Start the load."""
        self._bodies = [photo.path.read_bytes() for photo in self.photos]
        self._driver = threading.Thread(target=self._drive, daemon=True)
        self._driver.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the load and wait for the last answer, unless it is broken: users wait then."""
        self._stop.set()
        if not self.broken():
            self._driver.join()
        if self.timeline:
            # What is only for readers must not fail a release.
            with suppress(OSError):
                write_timeline(self.timeline, list(self.answers))

    @property
    def total(self) -> int:
        """How many requests have ended."""
        return len(self.seconds) + len(self.failures)

    def outcome(self) -> LoadResult:
        """Return what has come of it so far."""
        times = [1000 * each for each in self.seconds]
        return LoadResult(list(self.failures), list(self.wrong), times, dict(self.given))

    def broken(self) -> str:
        """Return why the promise is broken beyond doubt already, or nothing."""
        return self.promise.broken(self.outcome()) or self.late()

    def late(self) -> str:
        """Return why it is too slow beyond doubt already, or nothing; what hangs has taken as long so far."""
        now, hanging = time.monotonic(), list(self._under_way.values())
        so_far = [*self.seconds, *(now - at for at in hanging)]
        return self.promise.late([1000 * each for each in so_far], self.planned) if self.planned else ""

    def verdicts(self) -> tuple[Check, ...]:
        """Return the verdict on each part of the promise."""
        return self.promise.verdicts(self.outcome())

    def _drive(self) -> None:
        due = time.monotonic()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for number in range(self.limit):
                pool.submit(self._ask_once, number)
                due += 1 / self.rate
                if self._stop.wait(max(0.0, due - time.monotonic())):
                    return

    def _ask_once(self, number: int) -> None:
        if self._stop.is_set():
            return
        self._under_way[number] = time.monotonic()
        try:
            self._ask(number % len(self._bodies))
        finally:
            del self._under_way[number]

    def _ask(self, which: int) -> None:
        at, start, photo = time.time(), time.monotonic(), self.photos[which]
        status, release = 0, ""
        headers = {"Content-Type": "application/octet-stream", "Connection": "close"} | (
            {"Host": self.host} if self.host else {}
        )
        try:
            answer = requests.post(
                f"{self.url}/predict", data=self._bodies[which], headers=headers, timeout=REQUEST_SECONDS
            )
            status, release = answer.status_code, answer.headers.get("X-Release", "")
            answer.raise_for_status()
            best = answer.json()["predictions"][0]
            label, sure = best["label"], float(best["probability"])
        except (requests.RequestException, ValueError, LookupError, TypeError) as error:
            self.failures.append(f"{type(error).__name__}: {error}"[:200])
            self._note(at, time.monotonic() - start, status, release, self.failures[-1])
            return
        took = time.monotonic() - start
        self.seconds.append(took)
        why = self._judge(photo, label, release)
        if label == photo.label:
            self.given.setdefault(photo.path.name, []).append(sure)
        if why:
            self.wrong.append(why)
        self._note(at, took, status, release, why)

    def _judge(self, photo: Photo, label: str, release: str) -> str:
        if label != photo.label:
            return f"{photo.path.name} is {photo.label}, not {label} (by {release or 'nobody'})"
        asked = self.promise.release
        return "" if not asked or release == asked else f"{release or 'nobody'} answered in place of {asked}"

    def _note(self, at: float, took: float, status: int, release: str, why: str) -> None:
        self.answers.append(Sample(at, round(1000 * took, 1), status, release, ok=not why, why=why))
