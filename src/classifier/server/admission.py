"""Pass requests to the app: as many at once as there are workers, the others wait, the rest is refused."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from classifier.server import errors
from classifier.server.exchange import Exchange
from classifier.server.gateway import WsgiApp, call
from classifier.server.liveness import PUBLIC_PROBES, Liveness
from classifier.server.messages import Reply, Request
from classifier.server.observer import Observer
from classifier.server.refusal import RefusalError, Refuser
from classifier.server.settings import ServerSettings
from classifier.server.workers import Workers

log = logging.getLogger(__name__)
COMPUTED: Final = frozenset({"POST", "PUT", "PATCH"})
"""The methods whose requests are computed. The others take a millisecond, in threads of their own."""
LIGHT_THREADS: Final = 2
LIGHT_QUEUE: Final = 256


class Admission:
    """The handler of the app's port."""

    def __init__(self, app: WsgiApp, settings: ServerSettings, refuser: Refuser, observer: Observer) -> None:
        self.app = app
        self.settings = settings
        self.refuser = refuser
        self.observer = observer
        self.compute = Workers("compute", settings.workers, settings.queue)
        self.light = Workers("light", LIGHT_THREADS, LIGHT_QUEUE)
        self.liveness = Liveness((self.compute, self.light), settings.stuck_seconds)
        self._seconds = 0.05

    def start(self) -> None:
        """Start the workers."""
        self.compute.start()
        self.light.start()

    def refusal(self, request: Request) -> RefusalError | None:
        """Return the refusal of a request that would find the queue full now."""
        full = request.method in COMPUTED and self.compute.full()
        return self._queue_full(self.compute) if full else None

    def dispatch(self, exchange: Exchange) -> None:
        """Have a worker answer `exchange`, or refuse it if too many wait."""
        request = exchange.request
        fault = self.liveness.fault() if request.target in PUBLIC_PROBES else ""
        if fault:
            return self.refuse(exchange, errors.not_alive(fault))
        workers = self.compute if request.method in COMPUTED else self.light
        task = Task(self, exchange, workers)
        if not workers.submit(task.run):
            return self.refuse(exchange, self._queue_full(workers))
        exchange.withdraw = task.withdraw
        task.timer = task.loop.call_later(self.settings.deadline_seconds, task.expire)
        return self.report_queue()

    def refuse(self, exchange: Exchange, refusal: RefusalError) -> None:
        """Answer `exchange` with an error."""
        exchange.answer(self.refuser.reply(exchange.request, refusal))

    def report_queue(self) -> None:
        """Report the number of requests that wait."""
        self.observer.queue(self.compute.length())

    def computed(self, seconds: float) -> None:
        """Take the time of a request into account for `Retry-After`."""
        self._seconds += (seconds - self._seconds) / 16

    def _queue_full(self, workers: Workers) -> RefusalError:
        waiting = workers.length()
        seconds = waiting * self._seconds / self.settings.workers
        return errors.queue_full(waiting, max(1, math.ceil(seconds)))


@dataclass(eq=False)
class Task:
    """A request on its way through a worker."""

    admission: Admission
    exchange: Exchange
    workers: Workers
    timer: asyncio.TimerHandle | None = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    received: float = field(default_factory=time.monotonic)
    withdrawn: bool = False
    claimed: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Let one of the app and the deadline decide about the response."""
        self.exchange.request.claim = lambda: self.claimed.acquire(blocking=False)

    def run(self) -> None:
        """Compute the response. Called in a worker thread."""
        begun = time.monotonic()
        if self.workers is self.admission.compute:
            self.admission.observer.waited(begun - self.received)
        reply = self._reply()
        if self.workers is self.admission.compute:
            self.admission.computed(time.monotonic() - begun)
        # The loop is closed if the process stops meanwhile.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._answer, reply)

    def withdraw(self) -> bool:
        """Remove the request from the queue; return False if a worker has begun it."""
        if not self.withdrawn and self.workers.remove(self.run):
            self.withdrawn = True
            self._stop_timer()
            self.admission.report_queue()
        return self.withdrawn

    def expire(self) -> None:
        """Refuse the request, because its deadline has passed."""
        seconds = self.admission.settings.deadline_seconds
        waited = self.withdraw()
        if not self.exchange.request.claim():
            # The app has just computed the response, which follows.
            return
        refusal = errors.waited_too_long(seconds) if waited else errors.computed_too_long(seconds)
        self.admission.refuse(self.exchange, refusal)

    def _answer(self, reply: Reply) -> None:
        self._stop_timer()
        self.admission.report_queue()
        self.exchange.answer(reply)

    def _stop_timer(self) -> None:
        if self.timer:
            self.timer.cancel()

    def _reply(self) -> Reply:
        try:
            return call(self.admission.app, self.exchange.request, self.admission.settings.port)
        except Exception as error:
            log.error("unhandled exception", exc_info=error)
            return self.admission.refuser.reply(self.exchange.request, errors.internal_error())
