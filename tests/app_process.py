"""The app's own server process on a loopback port, as the image starts it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import requests

from seatrial.wait import until

ROOT = Path(__file__).parents[1]
SECONDS = 60


@contextmanager
def app_process(model_dir: Path, **environment: str) -> Iterator[str]:
    """Run the image's command with a model and environment variables; the value is the app's URL.

    Raises AssertionError with the log if the app is not ready within `SECONDS`.
    """
    port = free_port()
    variables = {**os.environ, "APP_MODEL_DIR": str(model_dir), "PORT": str(port), **environment}
    variables["PYTHONPATH"] = str(ROOT / "src")
    log = model_dir.parent / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            image_command(), env=variables, cwd=model_dir.parent, stdout=output, stderr=output
        )
    url = f"http://127.0.0.1:{port}"
    try:
        until("readiness of the app", lambda: _ready(process, url, log), SECONDS, every=0.05)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def image_command() -> list[str]:
    """Return the entry point in the Dockerfile, with this Python."""
    found = re.search(r"^ENTRYPOINT (\[.+\])$", (ROOT / "Dockerfile").read_text(), re.M)
    assert found, "the Dockerfile has no ENTRYPOINT"
    return [sys.executable, *json.loads(found.group(1))[1:]]


def free_port() -> int:
    """Return a TCP port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(process: subprocess.Popen[bytes], url: str, log: Path) -> Literal[True] | None:
    assert process.poll() is None, f"the app ended; its log:\n{log.read_text()}"
    try:
        return True if requests.get(url + "/readyz", timeout=2).status_code == 200 else None
    except requests.RequestException:
        return None
