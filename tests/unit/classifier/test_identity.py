"""What every answer carries, and what every request leaves in the log."""

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

FIXED = ("time", "level", "logger", "message")
ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/version", 200),
    ("GET", "/nowhere", 404),
    ("GET", "/score", 405),
    ("POST", "/predict", 400),
    ("POST", "/score", 415),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_says_who_answered(
    client: FlaskClient, config: Config, method: str, path: str, status: int
) -> None:
    """Model, release and request are named in the headers of every answer, errors too."""
    card = load_card(config.model_dir)
    answer = client.open(path, method=method, headers={"X-Request-Id": "a-1"})
    assert answer.status_code == status
    assert answer.headers["X-Model-Version"] == card.version
    assert answer.headers["X-Model-Digest"] == card.digest
    assert answer.headers["X-Release"] == "staging-4"
    assert answer.headers["X-Request-Id"] == "a-1"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("method", "path", "status"), [row for row in ANSWERS if row[2] >= 400])
def test_every_error_is_a_problem(client: FlaskClient, method: str, path: str, status: int) -> None:
    """Errors are `application/problem+json` with the members status and error."""
    answer = client.open(path, method=method)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["error"]


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    """A wrong method is told the right one."""
    assert "POST" in client.get("/score").headers["Allow"]


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "é", '"><script>', "a;b"])
def test_strange_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    """A client's own id is echoed only where it is short and plain."""
    answer = client.get("/", headers={"X-Request-Id": given.encode("utf-8").decode("latin-1")})
    assert len(answer.headers["X-Request-Id"]) == 32


def test_unreleased_app_says_so(config: Config) -> None:
    """Without a release the header is still there."""
    app = create_app(Config(model_dir=config.model_dir))
    assert app.test_client().get("/").headers["X-Release"] == "unreleased"


def test_one_line_a_request_and_no_body(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """A request leaves one JSON line: method, path, status, time, id; nothing of what was sent."""
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
    }


def test_unforeseen_error_is_told_to_the_log_only(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is a 500 without a word of its inside; the log has the traceback as one line."""

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the inside")

    answer = app.test_client().get("/broken")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert b"inside" not in answer.data
    (record,) = [r for r in caplog.records if r.exc_info]
    line = JsonFormatter().format(record)
    assert "the inside" in json.loads(line)["exception"]
    assert "\n" not in line
