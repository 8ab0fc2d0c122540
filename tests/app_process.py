"""The app in a process of its own, on a loopback port, as a test of the app over HTTP meets it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seatrial.http_client import NewConnections, NoResponseError
from seatrial.wait import until

START_SECONDS = 60
ROOT = Path(__file__).parents[1]


@contextmanager
def app_process(model: Path, **variables: str) -> Iterator[str]:
    """Run the app with a model and environment variables inside the block; the value is its URL."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    argv = [sys.executable, "-m", "flask", "--app", "classifier.wsgi:application", "run", "--port", str(port)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "APP_MODEL_DIR": str(model), **variables}
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        until("the app", lambda: _ready(url, process), START_SECONDS, every=0.05)
        yield url
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _ready(url: str, process: subprocess.Popen[bytes]) -> bool | None:
    assert process.poll() is None, "the app has ended"
    try:
        return True if NewConnections().request("GET", f"{url}/readyz", timeout=5).ok else None
    except NoResponseError:
        return None
