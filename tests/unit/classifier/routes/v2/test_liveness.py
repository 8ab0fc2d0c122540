"""The protocol's health routes of the real server process."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from app_process import serve
from seatrial.wait import until


@pytest.mark.parametrize("path", ["/v2/health/live", "/v2/health/ready"])
def test_health_fails_while_a_worker_makes_no_progress(model_dir: Path, tmp_path: Path, path: str) -> None:
    """A worker that computes one request for too long makes the protocol's probes fail like the others."""
    post = b"POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 1\r\n\r\nx"
    with (
        serve(model_dir, tmp_path, {"APP_STUCK_SECONDS": "1"}, "held_app:application") as server,
        server.connect(post),
    ):

        def failed() -> Literal[True] | None:
            return True if server.get(path).status_code == 503 else None

        until("failure of the health route", failed, 30, every=0.1)
        assert "more than 1 s" in server.get(path).json()["error"]
        server.get("/open")
