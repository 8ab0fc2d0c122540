"""Requests per second with and without metrics and tracing, in alternation in one run.

`PYTHONPATH=tests python -m bench.metrics MODEL PHOTO [ROUNDS]`: two servers run, and the load alternates
between them. Prints the rate of each round, and the median of the rounds' ratios.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, Final

import psutil
from bench.rows import Row, show
from flask import Flask

from app_process import serve

CONNECTIONS: Final = 8
SECONDS: Final = 4.0
PYTHONPATH: Final = os.pathsep.join(sys.path)
APPS: Final = {"with": "classifier.wsgi:application", "without": "bench.metrics:without_metrics"}


def without_metrics() -> Flask:
    """Return the app without metrics and tracing."""
    import classifier.app
    from classifier.config import load_config
    from classifier.metrics.model import MeasuredClassifier

    nothing: Any = SimpleNamespace(register=lambda *_: None)
    vars(classifier.app).update(metrics=nothing, tracing=nothing)
    measure = "measure"
    setattr(MeasuredClassifier, measure, lambda *_: None)
    return classifier.app.create_app(load_config(os.environ))


@dataclass(frozen=True)
class Measured:
    """Requests per second, and processor time of the server for each request in ms."""

    rate: float
    milliseconds: float


@dataclass(frozen=True)
class Server:
    """A running server: its port, and its process."""

    port: int
    process: psutil.Process

    def processor_seconds(self) -> float:
        """Return the processor time that it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


def main(model: Path, photo: bytes, rounds: int) -> None:
    """Measure the rounds and print them."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory()))
        servers = {
            name: stack.enter_context(_server(name, app, model, directory)) for name, app in APPS.items()
        }
        for server in servers.values():
            _measure(server, photo)
        found = [_round(servers, photo, number % 2 == 0) for number in range(rounds)]
    rows = [_row(number, each) for number, each in enumerate(found, 1)]
    rates = median(each["with"].rate / each["without"].rate for each in found)
    times = median(each["with"].milliseconds / each["without"].milliseconds for each in found)
    show(
        "with and without metrics",
        [*rows, Row("median of the ratios", f"{rates:.3f} of the rate", f"{times:.3f} of the time")],
    )


def _row(number: int, found: dict[str, Measured]) -> Row:
    words = {name: f"{each.rate:.1f}/s, {each.milliseconds:.2f} ms" for name, each in found.items()}
    return Row(f"round {number}", words["with"], words["without"])


def _round(servers: dict[str, Server], photo: bytes, forwards: bool) -> dict[str, Measured]:
    order = list(servers) if forwards else list(servers)[::-1]
    return {name: _measure(servers[name], photo) for name in order}


def _measure(server: Server, photo: bytes) -> Measured:
    end, before = time.monotonic() + SECONDS, server.processor_seconds()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        count = sum(pool.map(lambda _: _requests_until(end, server.port, photo), range(CONNECTIONS)))
    return Measured(count / SECONDS, (server.processor_seconds() - before) / count * 1000)


def _requests_until(end: float, port: int, photo: bytes) -> int:
    connection, count = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
    while time.monotonic() < end:
        connection.request("POST", "/predict", photo, {"Content-Type": "image/jpeg"})
        response = connection.getresponse()
        response.read()
        count += response.status == 200
    connection.close()
    return count


@contextmanager
def _server(name: str, app: str, model: Path, directory: Path) -> Iterator[Server]:
    (directory / name).mkdir()
    with serve(model, directory / name, {"APP_LOG_LEVEL": "WARNING", "PYTHONPATH": PYTHONPATH}, app) as found:
        yield Server(found.port, psutil.Process(found.process.pid))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), int((*sys.argv, "5")[3]))
