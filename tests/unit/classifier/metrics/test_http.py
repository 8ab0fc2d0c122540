"""What is counted of requests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from classifier import metrics
from classifier.config import Config
from classifier.metrics.reasons import REASONS
from classifier.server import errors
from classifier.server.reporting import MetricsObserver
from colours import photo
from imagemodel.card import load_card
from unit.classifier.metrics.conftest import Changes, values


def test_a_response_is_counted_by_route_method_and_status(client: FlaskClient, changes: Changes) -> None:
    """Each response counts once, and its duration is observed."""
    client.post("/predict", data=photo("red"))
    client.post("/predict", data=b"no photo")
    assert changes("classifier_http_requests_total") == {"POST /predict 200": 1, "POST /predict 400": 1}
    assert changes("classifier_http_request_duration_seconds_count") == {"/predict": 2}


def test_no_series_has_the_time_of_its_creation(client: FlaskClient) -> None:
    """The times of creation, which nothing reads, would nearly double the number of series."""
    client.post("/predict", data=photo("red"))
    assert b"_created" not in metrics.exposition()


@pytest.mark.parametrize("paths", [["/nowhere", "/a/b?c=1", "/metrics"]])
def test_unknown_routes_are_one_value(client: FlaskClient, changes: Changes, paths: list[str]) -> None:
    """A client cannot create time series by asking for many paths; the app has no route for metrics."""
    for path in paths:
        assert client.get(path).status_code == 404
    assert changes("classifier_http_requests_total") == {"GET unknown 404": len(paths)}


def test_invented_methods_are_one_value(client: FlaskClient, changes: Changes) -> None:
    """A client cannot create time series by inventing methods."""
    for method in ("BREW", "XYZ"):
        client.open("/predict", method=method)
    assert changes("classifier_http_requests_total") == {"other unknown 405": 2}


@pytest.mark.parametrize(
    ("request_of", "reason"),
    [
        ({"path": "/predict", "method": "POST", "data": b"no photo"}, "invalid_image"),
        ({"path": "/predict?top=0", "method": "POST", "data": photo("red")}, "invalid_request"),
        ({"path": "/predict", "method": "POST", "data": b"x" * 300_000}, "too_large"),
        ({"path": "/score", "method": "POST", "data": b"{}"}, "unsupported_type"),
        ({"path": "/nowhere", "method": "GET"}, "unknown_route"),
        ({"path": "/score", "method": "GET"}, "unknown_route"),
    ],
)
def test_a_refusal_is_counted_by_reason(
    client: FlaskClient, changes: Changes, request_of: dict[str, object], reason: str
) -> None:
    """Every refusal counts once, under one of the documented reasons."""
    client.open(**request_of)  # type: ignore[arg-type]
    assert changes("classifier_refusals_total") == {reason: 1}


def test_an_answer_and_a_failed_probe_are_no_refusals(
    client: FlaskClient, config: Config, changes: Changes
) -> None:
    """Neither a prediction nor a probe of a draining instance counts as a refusal."""
    client.post("/predict", data=photo("red"))
    config.drain_file.touch()
    assert client.get("/readyz").status_code == 503
    assert changes("classifier_refusals_total") == {}


def test_every_reason_exists_from_the_start(client: FlaskClient) -> None:
    """A rate sees the first refusal, because its counter was there before."""
    assert values("classifier_refusals_total", metrics.exposition().decode()).keys() == set(REASONS)


def test_what_the_server_refuses_is_counted(changes: Changes) -> None:
    """A request that does not reach the app counts as unknown, with the reason of its status."""
    metrics.count_refused_request("POST", 503)
    metrics.count_refused_request("GET", 400, "slow_request")
    metrics.count_refused_request("GET", 418, "teapot")
    assert changes("classifier_http_requests_total") == {
        "POST unknown 503": 1,
        "GET unknown 400": 1,
        "GET unknown 418": 1,
    }
    assert changes("classifier_refusals_total") == {"overload": 1, "slow_request": 1, "other": 1}


def test_the_queue_of_the_server_is_exposed(changes: Changes) -> None:
    """Its length is the last that was set; its times are observed."""
    metrics.set_queue_length(3)
    metrics.observe_queue_time(0.2)
    assert changes("classifier_queue_duration_seconds_count") == {"": 1}
    assert values("classifier_queue_length", metrics.exposition().decode()) == {"": 3}
    metrics.set_queue_length(0)


def test_the_model_that_answers_is_exposed(client: FlaskClient, config: Config) -> None:
    """`classifier_model_info` is 1 and names model, image, commit, release and environment."""
    card = load_card(config.model_dir)
    (line,) = [
        line
        for line in metrics.exposition().decode().splitlines()
        if line.startswith("classifier_model_info{") and "staging-4" in line
    ]
    expected = {
        "name": "colours",
        "version": card.version,
        "digest": card.digest,
        "release": "staging-4",
        "image": "sha256:feed",
        "commit": "c0ffee",
        "environment": "staging",
    }
    assert {f'{key}="{value}"' for key, value in expected.items()} == set(line[22:-5].split(","))
    assert line.endswith("} 1.0")


def test_a_probe_of_a_server_without_progress_is_no_refusal(changes: Changes) -> None:
    """The server answers it itself; it counts as a response only, as the probes that the app answers do."""
    refusal = errors.not_alive("a worker has computed one request for more than 60 s")
    MetricsObserver().refused("GET", refusal.status, refusal.reason)
    assert changes("classifier_http_requests_total") == {"GET unknown 503": 1}
    assert changes("classifier_refusals_total") == {}


def test_the_memory_of_the_process_is_exposed() -> None:
    """It is what the system counts for this process, and the only process is counted."""
    text = metrics.exposition().decode()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert values("classifier_resident_memory_bytes", text)[""] == pytest.approx(resident, rel=0.1)
    assert values("classifier_processes", text) == {"": 1}
