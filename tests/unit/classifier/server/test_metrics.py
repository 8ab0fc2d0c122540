"""The metrics of the server, at its admin port."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest

from app_process import AppProcess, serve, status_of
from colours import photo
from seatrial.wait import until
from unit.classifier.metrics.conftest import values

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def _metric(server: AppProcess, name: str) -> dict[str, float]:
    return values(name, server.probe("/metrics").text)


def _predict(server: AppProcess) -> int:
    body = photo("red")
    head = f"POST /predict HTTP/1.1\r\nHost: app\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return status_of(server.exchange(head.encode() + body))


def test_the_admin_port_has_what_the_app_measures(own_server: AppProcess) -> None:
    """A prediction is in the metrics of the same process, with the time that it waited."""
    assert _predict(own_server) == 200
    assert _metric(own_server, "classifier_http_requests_total")["POST /predict 200"] == 1
    assert _metric(own_server, "classifier_predictions_total") == {"red": 1}
    assert _metric(own_server, "classifier_queue_length") == {"": 0}


def test_only_what_is_computed_waits(own_server: AppProcess) -> None:
    """Probes and pages do not change the distribution of the waiting time."""
    for path in ("/livez", "/version", "/nowhere"):
        own_server.get(path)
    assert _predict(own_server) == 200
    assert _metric(own_server, "classifier_queue_duration_seconds_count") == {"": 1}


@pytest.mark.parametrize(
    ("request_bytes", "reason"),
    [
        (b"GET / HTTP/1.1\r\nHost: app\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "header_size"),
        (b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: 99999999\r\n\r\n", "too_large"),
        (b"no HTTP at all\r\n\r\n", "invalid_request"),
    ],
)
def test_what_the_server_refuses_is_counted(
    own_server: AppProcess, request_bytes: bytes, reason: str
) -> None:
    """A request that does not reach the app is a refusal, with one of the documented reasons."""
    own_server.exchange(request_bytes)
    refused = {key: value for key, value in _metric(own_server, "classifier_refusals_total").items() if value}
    assert refused == {reason: 1}


def test_a_request_past_its_deadline_is_counted_once(model_dir: Path, tmp_path: Path) -> None:
    """It is a refusal of the server; that it is computed to its end afterwards is no second request."""
    settings = {"APP_DEADLINE_SECONDS": "1"}
    with serve(model_dir, tmp_path, settings, "held_app:held_classifier") as server:
        assert _predict(server) == 504
        server.get("/open")

        def computed() -> Literal[True] | None:
            return True if _metric(server, "classifier_predictions_total") else None

        until("the end of the prediction", computed, 30, every=0.05)
        # A request of the same worker is counted after it.
        for _ in range(4):
            assert _predict(server) == 200
        counted = _metric(server, "classifier_http_requests_total")
        posts = {key: count for key, count in counted.items() if key.startswith("POST")}
        assert posts == {"POST unknown 504": 1, "POST /predict 200": 4}
        refusals = _metric(server, "classifier_refusals_total")
        # The held app has no route /open.
        assert sum(refusals.values()) - refusals["unknown_route"] == 1


def test_what_the_server_refuses_is_in_the_callers_trace(own_server: AppProcess) -> None:
    """The response of the server itself and its log line have the trace id."""
    head = b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: 99999999\r\n"
    response = own_server.exchange(head + f"traceparent: 00-{TRACE}-{PARENT}-01\r\n\r\n".encode())
    found = re.search(rb"traceparent: 00-(\w{32})-(\w{16})-01\r\n", response)
    assert found
    assert found[1].decode() == TRACE
    assert f'"trace_id": "{TRACE}", "span_id": "{found[2].decode()}"' in own_server.log
