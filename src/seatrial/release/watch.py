"""Our own light load on an endpoint, every answer judged: errors, latency, labels, release."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from types import TracebackType

import requests

from modelkit.golden import Photo
from seatrial.release.baseline import Baseline, Nearness, compared
from seatrial.release.timeline import Answer, write_timeline
from seatrial.results import Verdict

REQUEST_SECONDS = 10
CONNECTIONS = 8
# A share of fewer requests than this says little.
ENOUGH = 20
ANY = Nearness(None, 1)


@dataclass(frozen=True)
class Promise:
    """What is asked of the answers: share of failures (0 to 1), 95th percentile (ms), and the release.

    An empty release is any. `stable` is what the stable one gave just before, if there is one, and
    `nearness` how near to it the answers must stay.
    """

    release: str
    max_error_rate: float
    max_p95_milliseconds: float
    stable: Baseline | None = None
    nearness: Nearness = ANY


@dataclass
class LoadWatcher:
    """Sends golden photos at a steady rate, each on a connection of its own, until it is stopped.

    `rate` is in requests a second; `host` is the name to ask for at an address. The number of
    requests is bounded by `limit`; `planned` is how many there will be at least, 0 where nobody knows.
    Each is noted in `answers`, and written to `timeline` at the end; `given` says how sure each right
    answer was, by photo.
    """

    url: str
    photos: Sequence[Photo]
    promise: Promise
    rate: float
    host: str = ""
    limit: int = 20_000
    failures: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    timeline: Path | None = None
    answers: list[Answer] = field(default_factory=list)
    planned: int = 0
    given: dict[str, list[float]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> LoadWatcher:
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

    def so_far(self) -> str:
        """Return in words how it goes."""
        bad = f"{len(self.failures)} failed, {len(self.wrong)} wrong"
        return f"{self.total} requests, {bad}, p95 {self._p95():.0f} ms"

    def broken(self) -> str:
        """Return why the promise is broken beyond doubt already, or nothing."""
        if self.wrong:
            return f"wrong answer: {self.wrong[0]}"
        enough = self.total >= ENOUGH or self.promise.max_error_rate == 0
        if enough and self._error_rate() > self.promise.max_error_rate:
            return f"{len(self.failures)} of {self.total} requests failed: {self.failures[0]}"
        return self._late() if self.planned else ""

    def _late(self) -> str:
        """Say whether more answers were late already than may be of all that are planned."""
        promise, times = self.promise, [1000 * each for each in self.seconds]
        limits = [(promise.max_p95_milliseconds, 0.05)]
        slowdown = promise.nearness.max_slowdown
        if slowdown and promise.stable and promise.stable.comparable:
            limits.append((slowdown * promise.stable.median_milliseconds, 0.5))
        for limit, share in limits:
            late = sum(each > limit for each in times)
            if late > share * max(self.planned, len(times)):
                return f"{late} of {len(times)} answers took longer than {limit:.0f} ms"
        return ""

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return the verdict on each part of the promise."""
        p95 = self._p95()
        rate, slow = self._error_rate(), self.promise.max_p95_milliseconds
        failed = f"{len(self.failures)} of {self.total} requests failed"
        failed += f", first: {self.failures[0]}" if self.failures else ""
        stable = self.promise.stable
        failed += f"; {stable.failed} of {stable.requests} of {stable.release} just before" if stable else ""
        return (
            _verdict("it answered at all", bool(self.seconds), f"{self.total} requests sent"),
            _verdict("requests under load succeed", rate <= self.promise.max_error_rate, failed),
            _verdict("answers under load are right", not self.wrong, "; ".join(self.wrong[:3]) or "all were"),
            _verdict("answers under load are quick", p95 <= slow, f"p95 {p95:.0f} ms, budget {slow:.0f} ms"),
            *self._beside_stable(),
        )

    def _beside_stable(self) -> tuple[Verdict, ...]:
        promise, times = self.promise, [1000 * each for each in self.seconds]
        return compared(promise.stable, times, self.given, promise.nearness) if promise.stable else ()

    def _drive(self) -> None:
        due = time.monotonic()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for number in range(self.limit):
                pool.submit(self._ask, number % len(self._bodies))
                due += 1 / self.rate
                if self._stop.wait(max(0.0, due - time.monotonic())):
                    return

    def _ask(self, which: int) -> None:
        if self._stop.is_set():
            return
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
        self.answers.append(Answer(at, round(1000 * took, 1), status, release, ok=not why, why=why))

    def _error_rate(self) -> float:
        return len(self.failures) / self.total if self.total else 0.0

    def _p95(self) -> float:
        times = [1000 * each for each in self.seconds]
        # Of few answers the other method makes one that was slower than any.
        return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else max(times, default=0.0)


def _verdict(name: str, passed: bool, detail: str) -> Verdict:
    return Verdict(name=name, passed=passed, detail=detail)
