"""A process of the app, whose admin port Prometheus scrapes, and a past of its metrics."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import requests

from app_process import AppProcess, serve
from colours import LABELS, photo, write_model

HOURS: Final = 26
STEP: Final = 300
LABELS_OF_SCRAPE: Final = {"namespace": "local", "pod": "classifier-blue-1", "slot": "blue"}
SAMPLE: Final = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.M)
RELEASE: Final = {"SEATRIAL_RELEASE": "local-7", "SEATRIAL_ENVIRONMENT": "local", "APP_COMMIT": "c0ffee"}


class ScrapedApp:
    """The app; `target` is the address of its admin port."""

    def __init__(self, process: AppProcess, session: requests.Session) -> None:
        self._process, self._session = process, session
        self.target = f"127.0.0.1:{process.admin_port}"

    def use(self, colour: str = "red") -> None:
        """Send a request that is answered and one that is refused."""
        for data, status in ((photo(colour), 200), (b"no photo", 400)):
            response = self._session.post(f"{self._process.url}/predict", data=data, timeout=10)
            assert response.status_code == status

    def exposition(self) -> str:
        """Return the metrics, as Prometheus gets them."""
        return self._session.get(f"{self._process.admin_url}/metrics", timeout=10).text


@contextmanager
def scraped_app(directory: Path) -> Iterator[ScrapedApp]:
    """Serve a small model in a process of the app until the block ends; `directory` is for its files."""
    write_model(directory / "model")
    with serve(directory / "model", directory, RELEASE) as process, requests.Session() as session:
        yield ScrapedApp(process, session)


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


def _samples(exposition: str, timestamp: float, target: str) -> Iterable[str]:
    scrape = {**LABELS_OF_SCRAPE, "job": "classifier", "instance": target}
    added = ",".join(f'{key}="{value}"' for key, value in scrape.items())
    for name, labels, value in SAMPLE.findall(exposition):
        yield f"{name}{{{labels}{',' if labels else ''}{added}}} {value} {timestamp:.3f}\n"
