"""Identity headers, problem responses and the request log."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from classifier.logs import REQUESTS, JsonFormatter
from colours import photo
from imagemodel.card import load_card

REQUESTS_AND_STATUS = [
    ("GET", "/", 200),
    ("GET", "/version", 200),
    ("GET", "/nowhere", 404),
    ("GET", "/score", 405),
    ("POST", "/predict", 400),
    ("POST", "/score", 415),
]


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS_AND_STATUS)
def test_every_response_has_identity_headers(
    client: FlaskClient, config: Config, method: str, path: str, status: int
) -> None:
    """Every response, including errors, has headers for model, release and request id."""
    card = load_card(config.model_dir)
    response = client.open(path, method=method, headers={"X-Request-Id": "a-1"})
    assert response.status_code == status
    assert response.headers["X-Model-Version"] == card.version
    assert response.headers["X-Model-Digest"] == card.digest
    assert response.headers["X-Release"] == "staging-4"
    assert response.headers["X-Request-Id"] == "a-1"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("method", "path", "status"), [row for row in REQUESTS_AND_STATUS if row[2] >= 400])
def test_every_error_is_a_problem_response(client: FlaskClient, method: str, path: str, status: int) -> None:
    """Error responses are `application/problem+json` with the members status and error."""
    response = client.open(path, method=method)
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == status
    assert response.json["error"]


def test_405_has_allow_header(client: FlaskClient) -> None:
    """A 405 response names the allowed methods in `Allow`."""
    assert "POST" in client.get("/score").headers["Allow"]


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "é", '"><script>', "a;b"])
def test_invalid_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    """A request id that is too long or has other characters is replaced by a new one."""
    response = client.get("/", headers={"X-Request-Id": given.encode("utf-8").decode("latin-1")})
    assert len(response.headers["X-Request-Id"]) == 32


def test_release_header_without_release(config: Config) -> None:
    """Without a release, `X-Release` is `unreleased`."""
    app = create_app(Config(model_dir=config.model_dir))
    assert app.test_client().get("/").headers["X-Release"] == "unreleased"


def test_request_log_has_one_line_without_body(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """Each request logs one JSON line with method, path, status, duration and id, and no part of the body."""
    with caplog.at_level(logging.INFO, logger=REQUESTS):
        client.post("/predict?top=2", data=photo("red"), headers={"X-Request-Id": "b-2"})
    (record,) = [r for r in caplog.records if r.name == REQUESTS]
    entry = json.loads(JsonFormatter().format(record))
    assert {k: entry[k] for k in ("method", "path", "status", "request_id")} == {
        "method": "POST",
        "path": "/predict",
        "status": 200,
        "request_id": "b-2",
    }
    assert entry["ms"] > 0
    assert set(entry) == {
        "time",
        "level",
        "logger",
        "message",
        "method",
        "path",
        "status",
        "ms",
        "request_id",
        "trace_id",
        "span_id",
    }


def test_unhandled_exception_is_logged_and_hidden_from_client(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """An unhandled exception returns 500 without details; the log has the traceback on one line."""

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("secret detail")

    response = FlaskClient(app).get("/broken")
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert b"secret detail" not in response.data
    (record,) = [r for r in caplog.records if r.exc_info]
    line = JsonFormatter().format(record)
    assert "secret detail" in json.loads(line)["exception"]
    assert "\n" not in line
