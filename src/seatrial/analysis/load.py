"""A light load on an endpoint; every response is checked for status, label and release."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import floor, isfinite
from pathlib import Path
from types import TracebackType

from imagemodel.golden import Photo
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.timeline import Sample, write_timeline
from seatrial.errors import OutsideError
from seatrial.http_client import HttpClient, NewConnections, NoResponseError
from seatrial.runtime import SYSTEM, Runtime
from seatrial.wait import until

REQUEST_SECONDS = 10
# A little longer than any request may take.
DRAIN_SECONDS = REQUEST_SECONDS + 2
CONNECTIONS = 8
MAX_REQUESTS = 20_000
# The load holds them in memory. The suite sends every photo.
MAX_PHOTOS = 100


@dataclass(frozen=True)
class LoadPlan:
    """The requests to send: the first MAX_PHOTOS golden photos in turn, each on a new connection.

    `rate` is in requests per second, `release` the one expected in X-Release (empty: any), `host` the Host
    header (empty: the URL's own). `planned` is the number of requests that the whole load is expected to
    send, 0 if its length is not known; `limit` the number after which it ends by itself (0: twice the planned
    number, at least MAX_REQUESTS). `timeline` is the file that receives every sample at the end.
    """

    url: str
    photos: Sequence[Photo]
    rate: float
    release: str = ""
    host: str = ""
    planned: int = 0
    limit: int = 0
    timeline: Path | None = None

    @property
    def max_requests(self) -> int:
        """The number of requests after which the load ends by itself."""
        return self.limit or max(MAX_REQUESTS, 2 * self.planned)

    def requests_within(self, seconds: float) -> int:
        """Return the largest number of requests that a load of this length sends."""
        return min(floor(self.rate * seconds) + 1, self.max_requests)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of each request."""
        host = {"Host": self.host} if self.host else {}
        return {"Content-Type": "application/octet-stream", **host}


class LoadGenerator:
    """Sends a plan's requests in the background while its block runs, and collects the samples."""

    def __init__(self, plan: LoadPlan, http: HttpClient | None = None, runtime: Runtime = SYSTEM) -> None:
        self.plan = plan
        self.samples: list[Sample] = []
        self._http = http or NewConnections()
        self._runtime = runtime
        self._bodies = [photo.path.read_bytes() for photo in plan.photos[:MAX_PHOTOS]]
        self._stop = runtime.event()
        self._in_flight: dict[int, float] = {}
        self._probabilities: dict[str, list[float]] = {}
        self._failures: list[str] = []
        self._wrong: list[str] = []
        self._milliseconds: list[float] = []

    def __enter__(self) -> LoadGenerator:
        """Start the load."""
        self._driver = self._runtime.start(self._drive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the load, as `stop` does, and write the timeline."""
        self.stop(drain=kind is None)
        if self.plan.timeline:
            # The timeline is for readers of the report: a full disk must not fail a release.
            with suppress(OSError):
                write_timeline(self.plan.timeline, list(self.samples))

    def stop(self, *, drain: bool) -> None:
        """Send no further request; with `drain` wait for the responses to those in flight.

        A request without a complete response after DRAIN_SECONDS has failed. The first call decides: a
        later one has no effect. Raises what ended the load early, such as an error that no thread can be
        started.
        """
        if self._stop.is_set():
            return
        self._stop.set()
        if drain:
            self._drain()
            if self._driver.done():
                self._driver.result()

    def _drain(self) -> None:
        def poll() -> bool | None:
            return True if self._driver.done() else None

        try:
            until("the last responses", poll, DRAIN_SECONDS, every=0.02, runtime=self._runtime)
        except OutsideError:
            count = len(self._in_flight)
            self._failures += [f"no complete response within {DRAIN_SECONDS} s"] * count

    def result(self) -> LoadResult:
        """Return the result so far."""
        now = self._runtime.monotonic()
        return LoadResult(
            failures=tuple(self._failures),
            wrong=tuple(self._wrong),
            milliseconds=tuple(self._milliseconds),
            probabilities={photo: tuple(each) for photo, each in list(self._probabilities.items())},
            in_flight_milliseconds=tuple(1000 * (now - sent) for sent in list(self._in_flight.values())),
            planned=self.plan.planned,
        )

    def _drive(self) -> None:
        due = self._runtime.monotonic()
        with self._runtime.workers(CONNECTIONS) as workers:
            for number in range(self.plan.max_requests):
                workers.submit(partial(self._request, number))
                due += 1 / self.plan.rate
                if self._stop.wait(max(0.0, due - self._runtime.monotonic())):
                    return

    def _request(self, number: int) -> None:
        if self._stop.is_set():
            return
        start = self._in_flight[number] = self._runtime.monotonic()
        try:
            sample = self._send(number % len(self._bodies), start)
        finally:
            del self._in_flight[number]
        self.samples.append(sample)

    def _send(self, which: int, start: float) -> Sample:
        sent, photo = self._runtime.now().timestamp(), self.plan.photos[which]
        status, release, why = 0, "", ""
        try:
            response = self._http.request(
                "POST",
                f"{self.plan.url}/predict",
                timeout=REQUEST_SECONDS,
                body=self._bodies[which],
                headers=self.plan.headers,
            )
            status, release = response.status, response.headers.get("X-Release", "")
            if not response.ok:
                raise NoResponseError(f"status {status}")
            best = response.json()["predictions"][0]
            label, probability = best["label"], float(best["probability"])
            if not isfinite(probability):
                raise ValueError(f"probability {probability}")
        # Every request is counted: any error in a response is a failure of the endpoint.
        except Exception as error:
            known = isinstance(error, NoResponseError)
            why = (str(error) if known else f"{type(error).__name__}: {error}")[:200]
            self._failures.append(why)
            return Sample(sent, self._milliseconds_since(start), status, release, ok=False, why=why)
        took = self._milliseconds_since(start)
        self._milliseconds.append(took)
        if label == photo.label:
            self._probabilities.setdefault(photo.path.name, []).append(probability)
        if why := self._mismatch(photo, label, release):
            self._wrong.append(why)
        return Sample(sent, took, status, release, ok=not why, why=why)

    def _milliseconds_since(self, start: float) -> float:
        return round(1000 * (self._runtime.monotonic() - start), 1)

    def _mismatch(self, photo: Photo, label: object, release: str) -> str:
        if label != photo.label:
            return f"{photo.path.name}: {label} instead of {photo.label} (release {release or 'unknown'})"
        expected = self.plan.release
        if expected and release != expected:
            return f"response of {release or 'an unknown release'} instead of {expected}"
        return ""
