"""Error responses: the app's words and one form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException, default_exceptions

from app_process import AppProcess, serve
from classifier.config import Config
from classifier.sizes import size_text
from colours import photo

HALF = photo("red", side=600, kind="JPEG")[:1500]


@pytest.fixture(scope="module")
def server(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """A server with a small limit for bodies."""
    limits = {"APP_MAX_BODY_BYTES": "2000000"}
    with serve(model_dir, tmp_path_factory.mktemp("problems"), limits) as found:
        yield found


def test_an_unknown_path_is_named(client: FlaskClient) -> None:
    """404 names the path, on one line, and the page with the routes."""
    found = client.get("/predictt").json
    assert (found["error"], found["detail"]) == ("no route /predictt", "GET /docs lists the routes")
    assert "\n" not in client.get("/a%0Ab").json["error"]
    assert len(client.get("/" + "a" * 5000).json["error"]) < 300


def test_a_wrong_method_is_named_with_the_right_ones(client: FlaskClient) -> None:
    """405 names path and method; `detail` has the methods of `Allow` that a person would use."""
    response = client.get("/predict")
    assert response.json["error"] == "/predict does not accept GET"
    assert response.json["detail"] == "use POST; GET /docs has an example of a request"
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert client.delete("/docs").json["detail"].startswith("use GET;")


@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_no_error_has_the_text_of_the_framework(app: Flask, status: int) -> None:
    """Whatever the framework raises, `error` is short, on one line and not Werkzeug's, with a fix."""
    kind: type[HTTPException] = default_exceptions[status]
    with app.test_request_context("/score", method="POST"):
        body = app.make_response(app.handle_user_exception(kind())).json
    assert str(kind.description) not in body["error"]
    assert len(body["error"]) < 100
    assert body["detail"]


def test_an_error_has_the_form_of_an_answer(server: AppProcess) -> None:
    """Answers, errors of the app and refusals of the server: compact JSON with a final newline."""
    answer = server.get("/version").text
    app = server.get("/nowhere").text
    refused = server.exchange(b"GET / HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")[2].decode()
    for text in (answer, app, refused):
        assert text == json.dumps(json.loads(text), separators=(",", ":")) + "\n"


def test_a_body_that_is_too_large_is_measured(
    server: AppProcess, client: FlaskClient, config: Config
) -> None:
    """413 has the size of the body, where it is known, and the limit, in the same unit."""
    head = b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: 5242880\r\n\r\n"
    text = server.exchange(head).partition(b"\r\n\r\n")[2]
    assert json.loads(text)["error"] == "the body has 5 MiB, the limit is 1.9 MiB"
    limit = size_text(config.max_body)
    response = client.post("/predict", data=bytes(config.max_body + 1))
    assert response.json["error"] == f"the body has 195.32 KiB, the limit is {limit}"
    assert response.json["detail"] == "send fewer or smaller images"
    assert f"a body of at most {limit}." in client.get("/openapi.json").json["info"]["description"]


def test_a_form_within_the_limit_is_not_called_too_large(client: FlaskClient) -> None:
    """A form whose fields exceed the framework's limits gets the fix, not a size within the limit."""
    fields = {f"f{number}": "x" for number in range(1500)}
    response = client.post("/predict", data=fields, content_type="multipart/form-data")
    assert response.status_code == 413
    assert "file=@photo.jpg" in response.json["detail"]


@pytest.mark.parametrize(
    ("count", "limit", "size"),
    [
        (16 << 20, "16 MiB", "16 MiB"),
        ((16 << 20) + 1, "16 MiB", "16.01 MiB"),
        (2_000_000, "1.9 MiB", "1.91 MiB"),
        (200_000, "195.31 KiB", "195.32 KiB"),
        (100 << 20, "100 MiB", "100 MiB"),
    ],
)
def test_a_size_above_a_limit_is_larger_in_words_too(count: int, limit: str, size: str) -> None:
    """A limit is rounded down, a size up."""
    assert (size_text(count), size_text(count, at_least=True)) == (limit, size)


def test_only_an_image_that_is_too_large_has_its_type(client: FlaskClient) -> None:
    """The `type` shows whether a smaller copy helps; the documentation page has the type."""
    large = client.post("/predict", data=photo("red", side=7200, kind="PNG")).json
    half = client.post("/predict", data=HALF).json
    assert (large["status"], large["type"]) == (400, "/docs#image-too-large")
    assert (half["status"], half["type"]) == (400, "about:blank")
    assert 'id="image-too-large"' in client.get("/docs").text
