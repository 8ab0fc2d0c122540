"""The app in its own server, whose admin port Prometheus scrapes, and a past of its metrics."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from colours import LABELS, photo
from localcloud.wait import until

HOURS = 26
STEP = 300
START_SECONDS = 60
LABELS_OF_SCRAPE = {"namespace": "local", "pod": "classifier-blue-1", "slot": "blue"}
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.M)


class ScrapedApp:
    """A process of the app with the model in a directory; `target` is the address of its admin port."""

    def __init__(self, model: Path) -> None:
        port, admin = free_port(), free_port()
        self.target = f"127.0.0.1:{admin}"
        self._url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        variables = {
            "APP_MODEL_DIR": str(model),
            "APP_COMMIT": "c0ffee",
            "APP_LOG_LEVEL": "ERROR",
            "SEATRIAL_RELEASE": "local-7",
            "SEATRIAL_ENVIRONMENT": "local",
            "PORT": str(port),
            "APP_ADMIN_PORT": str(admin),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-m", "classifier.server"]
        self._process = subprocess.Popen(command, env={**os.environ, **variables})

    def __enter__(self) -> Self:
        try:
            until("the app did not start", self._is_ready, START_SECONDS, every=0.1)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def use(self, colour: str = "red") -> None:
        """Send a request that is answered and one that is refused."""
        for data, status in ((photo(colour), 200), (b"no photo", 400)):
            assert self._session.post(f"{self._url}/predict", data=data, timeout=10).status_code == status

    def exposition(self) -> str:
        """Return the metrics, as Prometheus gets them."""
        return self._session.get(f"http://{self.target}/metrics", timeout=10).text

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, "the app exited"
        try:
            return self._session.get(f"http://{self.target}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def _stop(self) -> None:
        self._session.close()
        self._process.terminate()
        self._process.wait(30)


def write_history(app: ScrapedApp, file: Path) -> tuple[float, float]:
    """Write what scrapes of the last day would have found, in OpenMetrics; return its start and end."""
    end = time.time()
    start = end - HOURS * 3600
    with file.open("w") as history:
        for step in range(HOURS * 3600 // STEP):
            app.use(LABELS[step % len(LABELS)])
            history.writelines(_samples(app.exposition(), start + step * STEP, app.target))
        history.write("# EOF\n")
    return start, end


def free_port() -> int:
    """Return a TCP port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _samples(exposition: str, timestamp: float, target: str) -> Iterable[str]:
    scrape = {**LABELS_OF_SCRAPE, "job": "classifier", "instance": target}
    added = ",".join(f'{key}="{value}"' for key, value in scrape.items())
    for name, labels, value in SAMPLE.findall(exposition):
        yield f"{name}{{{labels}{',' if labels else ''}{added}}} {value} {timestamp:.3f}\n"
