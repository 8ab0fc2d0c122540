"""Measure all servers in one run: peak in alternation, latency at a fixed rate, a long run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from bench.serve import load
from bench.serve.containers import Server, limit, start
from bench.serve.peers import PEERS, SEATRIAL, Peer

SMALL, LARGE = 451, 3024
SHARE_OF_PEAK: Final = 0.8


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds, seconds of a peak and of a fixed rate, requests of the long run."""

    rounds: int = 5
    peak_seconds: float = 2.5
    rate_seconds: float = 10.0
    long_requests: int = 20_000


QUICK: Final = Effort(rounds=1, rate_seconds=3.0, long_requests=300)


@dataclass
class Found:
    """What was measured of a server, by the width of the photo where it depends on it.

    `rates` are requests per second, `cpu` milliseconds of processor time of one request,
    `load_cpu` those of the load generator.
    """

    title: str
    error: str = ""
    ready_seconds: float = 0.0
    image_megabytes: float = 0.0
    memory_megabytes: float = 0.0
    rates: dict[int, list[float]] = field(default_factory=dict)
    cpu: dict[int, list[float]] = field(default_factory=dict)
    load_cpu: dict[int, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    p50: float = 0.0
    p99: float = 0.0
    fixed_rate: float = 0.0
    long_requests: int = 0
    long_failures: int = 0
    growth: float = 0.0

    def rate(self, width: int) -> float:
        """Return the median of the rounds, in requests per second; 0 without any."""
        return median(self.rates.get(width) or [0.0])

    def cpu_milliseconds(self, width: int) -> float:
        """Return the median processor time of a request; 0 without any."""
        return median(self.cpu.get(width) or [0.0])


@dataclass
class Run:
    """A whole run: what was measured of each server by its title, and the limits by model and width."""

    found: dict[str, Found] = field(default_factory=dict)
    limits: dict[str, dict[int, list[dict[str, float]]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write what there is so far."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


class Bench:
    """Measures the servers one after another; a server that fails is left out of what follows."""

    def __init__(self, client: Any, bodies: dict[int, Path], label: str, effort: Effort, path: Path) -> None:
        self.run = Run()
        self._client, self._bodies, self._label = client, bodies, label
        self._effort, self._path = effort, path
        self._servers: list[Server] = []

    def start(self, peers: Sequence[Peer] = PEERS) -> None:
        """Start each server and compare its first answer with the expected one."""
        for peer in peers:
            found = self.run.found[peer.title] = Found(peer.title)
            try:
                server, found.ready_seconds = start(self._client, peer, self._bodies[SMALL], self._label)
            # A server that cannot be started must not take the measurement from the others.
            except Exception as error:
                found.error = str(error)
                continue
            found.image_megabytes = server.image_megabytes()
            self._servers.append(server)
        self.run.write(self._path)

    def stop(self) -> None:
        """Remove all servers."""
        for server in self._servers:
            server.remove()

    def peaks(self) -> None:
        """Measure the peak of each server for each photo, and the limit without a server, in alternation."""
        for _ in range(self._effort.rounds):
            for width in self._bodies:
                self._limits(width)
                self._each(lambda server, found, width=width: self._peak(server, found, width))  # type: ignore[misc]

    def fixed_rates(self) -> None:
        """Measure the latency of each server at a share of its own peak."""
        self._each(self._fixed_rate)

    def long_run(self) -> None:
        """Send many requests to this project's server with the float model, and measure its memory."""
        self._each(self._long, [each for each in self._servers if each.peer.title == PEERS[0].title])

    def _limits(self, width: int) -> None:
        for peer in (each for each in PEERS if each.name == SEATRIAL):
            photo = self._bodies[width].with_suffix(".jpg")
            rounds = self.run.limits.setdefault(peer.model, {}).setdefault(width, [])
            try:
                rounds.append(limit(self._client, peer, photo, self._effort.peak_seconds))
            except Exception as error:
                self.run.errors.append(str(error))

    def _each(self, work: Callable[[Server, Found], None], servers: Sequence[Server] | None = None) -> None:
        for server in self._servers if servers is None else servers:
            found = self.run.found[server.peer.title]
            if found.error:
                continue
            try:
                with server.running():
                    work(server, found)
            except Exception as error:
                found.error = f"{error}; its log:\n{server.log()}"
            self.run.write(self._path)

    def _send(self, server: Server, width: int, **options: float) -> load.Measurement:
        plan = load.Plan(server.port, str(self._bodies[width]), self._label, **options)  # type: ignore[arg-type]
        command = [sys.executable, load.__file__, json.dumps(asdict(plan))]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return load.Measurement(**json.loads(done.stdout))

    def _peak(self, server: Server, found: Found, width: int) -> None:
        before = server.cpu_milliseconds()
        sent = self._send(server, width, seconds=self._effort.peak_seconds)
        used = server.cpu_milliseconds() - before
        found.cpu.setdefault(width, []).append(round(used / max(sent.responses, 1), 2))
        found.rates.setdefault(width, []).append(round(len(sent.milliseconds) / sent.seconds, 1))
        found.load_cpu.setdefault(width, []).append(round(sent.cpu_milliseconds / max(sent.responses, 1), 2))
        found.failures += sent.failures
        found.memory_megabytes = max(found.memory_megabytes, server.memory_megabytes())

    def _fixed_rate(self, server: Server, found: Found) -> None:
        found.fixed_rate = round(SHARE_OF_PEAK * found.rate(SMALL), 1)
        sent = self._send(server, SMALL, seconds=self._effort.rate_seconds, rate=found.fixed_rate)
        found.failures += sent.failures
        points = quantiles(sent.milliseconds, n=100, method="inclusive")
        found.p50, found.p99 = round(points[49], 1), round(points[98], 1)

    def _long(self, server: Server, found: Found) -> None:
        before = server.memory_megabytes()
        sent = self._send(server, SMALL, requests=self._effort.long_requests)
        found.long_requests, found.long_failures = self._effort.long_requests, len(sent.failures)
        found.growth = round(server.memory_megabytes() / before - 1, 4)
