"""The image's life: soon ready, drained before it goes, and never alive with a wrong model."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from app_container import AppContainer
from imagemodel.golden import GoldenSet


def test_request_under_way_is_answered_after_sigterm(own_app: AppContainer, golden: GoldenSet) -> None:
    """Told to stop, process 1 first answers what it has begun to read, then ends by itself with code 0."""
    photo = golden.photos[0].path.read_bytes()
    target = urlsplit(own_app.url)
    head = f"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: {len(photo)}\r\n\r\n"
    with socket.create_connection((target.hostname or "", target.port or 0), timeout=10) as connection:
        connection.sendall(head.encode() + photo[:1000])
        own_app.get("/livez")
        own_app.get_wrapped_container().kill("SIGTERM")
        assert wait_for_log(own_app, "term")
        connection.sendall(photo[1000:])
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200")
    assert golden.photos[0].label.encode() in answer
    assert own_app.wait_exit(10) == 0


def test_draining_turns_clients_away_gently(own_app: AppContainer) -> None:
    """With the drain file it is alive, not ready, still answers, and closes each connection."""
    assert own_app.run_inside("touch", "/tmp/draining")[0] == 0
    assert own_app.get("/readyz").status_code == 503
    assert own_app.get("/livez").status_code == 200
    answer = own_app.get("/")
    assert (answer.text, answer.headers["Connection"]) == ("Healthy", "close")


def test_kept_connections_are_kept(app: AppContainer) -> None:
    """While it serves, a client's connection is used again."""
    assert app.get("/").headers["Connection"] == "keep-alive"


def test_log_is_json_and_holds_no_photo(app: AppContainer, golden: GoldenSet) -> None:
    """Each line is one JSON object; a request's line says what, how it ended and how long it took."""
    app.post("/predict?top=1", data=golden.photos[0].path.read_bytes(), headers={"X-Request-Id": "log-1"})
    assert wait_for_log(app, "log-1")
    lines = [json.loads(line) for line in app.log.splitlines()]
    (entry,) = [line for line in lines if line.get("request_id") == "log-1"]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/predict", 200)
    assert entry["ms"] > 0
    assert max(len(line) for line in app.log.splitlines()) < 1000


def test_wrong_model_never_starts(engine: Any, image: str, tmp_path: Path) -> None:
    """A model that is not what its card says ends the container; it never answers."""
    (tmp_path / "labels.txt").write_text("cat\n")
    container = AppContainer(image, locked_down=False)
    container.with_copy_into_container(tmp_path / "labels.txt", "/app/model/labels.txt")
    with container:
        assert container.wait_exit(30) != 0
        assert "labels.txt: expected" in container.log


@retry(
    retry=retry_if_result(lambda found: not found),
    stop=stop_after_delay(5),
    wait=wait_fixed(0.05),
    retry_error_callback=lambda _: False,
)
def wait_for_log(app: AppContainer, word: str) -> bool:
    """Return whether `word` comes up in the log within five seconds."""
    return word in app.log
