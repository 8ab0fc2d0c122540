"""Clients that send slowly, nothing or too much to a container with the restrictions of the cluster."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

from app_container import AppContainer
from imagemodel.golden import GoldenSet
from seatrial.wait import until

HEAD = b"GET / HTTP/1.1\r\nHost: app\r\nX-Slow: "
BODY = b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: 1000\r\n\r\nx"
POST = b"POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 1\r\n\r\nx"
CONNECTIONS = 1000
HELD = Path(__file__).parents[2] / "held_app.py"


@pytest.fixture
def open_files() -> Iterator[None]:
    """A limit of open files that is sufficient for CONNECTIONS."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(CONNECTIONS * 2, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("part", [b"", HEAD, BODY], ids=["idle", "head", "body"])
def test_incomplete_requests_take_nothing_from_others(
    open_files: None, app: AppContainer, golden: GoldenSet, part: bytes
) -> None:
    """While 1,000 connections send nothing, or half a request, probes and predictions are answered."""
    photo = golden.photos[0]
    with connections(app, CONNECTIONS, part):
        assert [app.probe(path).status_code for path in ("/livez", "/readyz", "/metrics")] == [200] * 3
        assert [app.get(path).status_code for path in ("/livez", "/readyz", "/")] == [200] * 3
        body = app.post("/predict", data=photo.path.read_bytes()).json()
    assert body["predictions"][0]["label"] == photo.label


def test_metrics_are_on_the_admin_port_alone(app: AppContainer) -> None:
    """`/metrics` is 404 on the port of the clients, and the app's routes on the admin port."""
    assert app.get("/metrics").status_code == 404
    assert app.probe("/predict").status_code == 404


def test_requests_past_the_queue_are_refused(app: AppContainer, golden: GoldenSet) -> None:
    """Of 200 requests at once each gets its prediction, or 503 with Retry-After; the probes get 200."""
    photo = golden.photos[0]
    data = photo.path.read_bytes()
    with ThreadPoolExecutor(200) as pool:
        sent = [pool.submit(app.post, "/predict", data=data) for _ in range(200)]
        assert app.probe("/livez").status_code == 200
        responses = [each.result() for each in sent]
    assert {each.status_code for each in responses} <= {200, 503}
    assert all("Retry-After" in each.headers for each in responses if each.status_code == 503)
    labels = {each.json()["predictions"][0]["label"] for each in responses if each.status_code == 200}
    assert labels == {photo.label}


def test_liveness_fails_while_a_worker_makes_no_progress(
    engine: Any, image: str, ready_seconds: float
) -> None:
    """A worker that computes one request for too long makes the probes fail, and nothing else does."""
    container = AppContainer(image, locked_down=False)
    container.with_copy_into_container(HELD, "/app/code/held_app.py").with_command("held_app:application")
    container.with_env("APP_STUCK_SECONDS", "1")
    with container:
        container.wait_ready(ready_seconds)
        assert container.probe("/livez").status_code == 200
        with connections(container, 1, POST):

            def failed() -> Literal[True] | None:
                return True if container.probe("/livez").status_code == 503 else None

            until("failure of liveness", failed, 30, every=0.1)


@contextmanager
def connections(app: AppContainer, number: int, part: bytes) -> Iterator[None]:
    """Open connections to the app on each of which `part` is sent."""
    target = urlsplit(app.url)
    with ExitStack() as stack:
        for _ in range(number):
            connection = socket.create_connection((target.hostname or "", target.port or 0), timeout=10)
            stack.enter_context(connection).sendall(part)
        yield
