"""Start, logging, draining and shutdown of the container."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app_container import AppContainer
from imagemodel.golden import GoldenSet
from seatrial.wait import until


def test_open_request_is_completed_after_sigterm(own_app: AppContainer, golden: GoldenSet) -> None:
    """After SIGTERM, process 1 completes a request that it is reading, then exits with code 0."""
    photo = golden.photos[0].path.read_bytes()
    target = urlsplit(own_app.url)
    head = f"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: {len(photo)}\r\n\r\n"
    with socket.create_connection((target.hostname or "", target.port or 0), timeout=10) as connection:
        connection.sendall(head.encode() + photo[: len(photo) // 2])
        own_app.get("/livez")
        own_app.get_wrapped_container().kill("SIGTERM")
        wait_for_log(own_app, "term")
        connection.sendall(photo[len(photo) // 2 :])
        response = connection.makefile("rb").read()
    assert response.startswith(b"HTTP/1.1 200")
    body = json.loads(response.partition(b"\r\n\r\n")[2])
    assert body["predictions"][0]["label"] == golden.photos[0].label
    assert own_app.wait_exit(10) == 0


def test_draining_container_closes_connections(own_app: AppContainer) -> None:
    """While the drain file exists, `/readyz` returns 503 and every response closes its connection."""
    assert own_app.run_inside("touch", "/tmp/draining")[0] == 0
    assert own_app.get("/readyz").status_code == 503
    assert own_app.get("/livez").status_code == 200
    response = own_app.get("/")
    assert (response.text, response.headers["Connection"]) == ("Healthy", "close")


def test_connection_is_kept_alive(app: AppContainer) -> None:
    """Without the drain file, connections are kept alive."""
    assert app.get("/").headers["Connection"] == "keep-alive"


def test_log_is_json_without_request_body(app: AppContainer, golden: GoldenSet) -> None:
    """Each log line is a JSON object; a request's line has method, path, status and duration, and no body."""
    app.post("/predict?top=1", data=golden.photos[0].path.read_bytes(), headers={"X-Request-Id": "log-1"})
    wait_for_log(app, "log-1")
    lines = [json.loads(line) for line in app.log.splitlines()]
    (entry,) = [line for line in lines if line.get("request_id") == "log-1"]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/predict", 200)
    assert entry["ms"] > 0
    assert max(len(line) for line in app.log.splitlines()) < 1000


def test_container_with_changed_model_exits(engine: Any, image: str, tmp_path: Path) -> None:
    """The container exits with an error if a model file does not match its card."""
    (tmp_path / "labels.txt").write_text("cat\n")
    container = AppContainer(image, locked_down=False)
    container.with_copy_into_container(tmp_path / "labels.txt", "/app/model/labels.txt")
    with container:
        assert container.wait_exit(30) != 0
        assert "labels.txt: expected" in container.log


def wait_for_log(app: AppContainer, text: str) -> None:
    """Wait at most five seconds for `text` in the log."""
    until(f"{text!r} in the container's log", lambda: True if text in app.log else None, 5, every=0.05)
