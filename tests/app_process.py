"""The app's server as a process on loopback ports."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import requests

from seatrial.errors import OutsideError
from seatrial.wait import until

ROOT = Path(__file__).parents[1]
READY_SECONDS = 60
REQUEST_SECONDS = 30
EXIT_SECONDS = 40


@dataclass
class AppProcess:
    """A process that serves an app on `port`, and probes and metrics on `admin_port`."""

    process: subprocess.Popen[bytes]
    port: int
    admin_port: int
    log_file: Path

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_url(self) -> str:
        """The base URL of the admin port."""
        return f"http://127.0.0.1:{self.admin_port}"

    @property
    def log(self) -> str:
        """What the process has written."""
        return self.log_file.read_text(errors="replace")

    def get(self, path: str) -> requests.Response:
        """Send a GET request on a connection of its own."""
        return requests.get(self.url + path, timeout=REQUEST_SECONDS)

    def probe(self, path: str) -> requests.Response:
        """Send a GET request to the admin port."""
        return requests.get(self.admin_url + path, timeout=REQUEST_SECONDS)

    def connect(self, data: bytes = b"") -> socket.socket:
        """Return a new connection on which `data` was sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=REQUEST_SECONDS)
        connection.sendall(data)
        return connection

    def exchange(self, data: bytes) -> bytes:
        """Send `data` and return everything that is received until the server closes the connection."""
        with self.connect(data) as connection:
            return connection.makefile("rb").read()

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(EXIT_SECONDS)


@contextmanager
def serve(
    model: Path, directory: Path, environ: Mapping[str, str] | None = None, app: str = ""
) -> Iterator[AppProcess]:
    """Serve the model, or the WSGI app of `app` (MODULE:FUNCTION), until the block ends.

    `environ` are further settings. The log and the drain file are in `directory`.
    """
    port, admin_port = free_ports()
    settings = {
        "APP_MODEL_DIR": str(model),
        "PORT": str(port),
        "APP_ADMIN_PORT": str(admin_port),
        "SEATRIAL_DRAIN_FILE": str(directory / "draining"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
        **(environ or {}),
    }
    command = [sys.executable, "-m", "classifier.server", *([app] if app else [])]
    log_file = directory / "server.log"
    with (
        log_file.open("wb") as log,
        subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log) as process,
    ):
        server = AppProcess(process, port, admin_port, log_file)
        try:
            wait_ready(server)
            yield server
        finally:
            process.kill()


def wait_ready(server: AppProcess) -> None:
    """Wait until the app is ready. Raises AssertionError with the log if it ends or is not ready in time."""

    def ready() -> Literal[True] | None:
        assert server.process.poll() is None, server.log
        try:
            return True if server.probe("/readyz").ok else None
        except requests.RequestException:
            return None

    try:
        until("readiness of the server", ready, READY_SECONDS, every=0.05)
    except OutsideError as error:
        raise AssertionError(f"{error.message}; its log:\n{server.log}") from error


def free_ports() -> tuple[int, int]:
    """Return two ports on which nothing listens."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def status_of(response: bytes) -> int:
    """Return the status of a response."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", response)
    assert found, response
    return int(found[1])
