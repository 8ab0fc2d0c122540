"""The app of this process with its metrics on a loopback port, and a past of it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import make_server

from classifier import metrics
from classifier.app import create_app
from classifier.config import Config
from colours import LABELS, photo

HOURS = 26
STEP = 300
LABELS_OF_SCRAPE = {"namespace": "local", "pod": "classifier-blue-1", "slot": "blue"}
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.M)


class ScrapedApp:
    """An app whose exposition is served at `/metrics` of `target`, as the admin port of a pod does."""

    def __init__(self, model: Path) -> None:
        config = Config(model_dir=model, release="local-7", environment="local", commit="c0ffee")
        self._client = create_app(config).test_client()
        self._server = make_server("127.0.0.1", 0, _exposition, threaded=True)
        self.target = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def use(self, colour: str = "red") -> None:
        """Send a request that is answered and one that is refused; report a queue, as the server does."""
        assert self._client.post("/predict", data=photo(colour)).status_code == 200
        assert self._client.post("/predict", data=b"no photo").status_code == 400
        metrics.set_queue_length(2)
        metrics.observe_queue_time(0.01)


def write_history(app: ScrapedApp, file: Path) -> tuple[float, float]:
    """Write what scrapes of the last day would have found, in OpenMetrics; return its start and end."""
    end = time.time() - 10
    start = end - HOURS * 3600
    with file.open("w") as history:
        for step in range(HOURS * 3600 // STEP + 1):
            app.use(LABELS[step % len(LABELS)])
            history.writelines(_samples(metrics.exposition().decode(), start + step * STEP, app.target))
        history.write("# EOF\n")
    return start, end


def _samples(exposition: str, timestamp: float, target: str) -> Iterable[str]:
    scrape = {**LABELS_OF_SCRAPE, "job": "classifier", "instance": target}
    added = ",".join(f'{key}="{value}"' for key, value in scrape.items())
    for name, labels, value in SAMPLE.findall(exposition):
        yield f"{name}{{{labels}{',' if labels else ''}{added}}} {value} {timestamp:.3f}\n"


def _exposition(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", metrics.CONTENT_TYPE)])
    return [metrics.exposition()]
