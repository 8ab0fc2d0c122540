"""Tests of reading a request's body."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge

from classifier.body import read_body

BODY = bytes(range(256)) * 4096
LIMIT = len(BODY)


@pytest.fixture
def app() -> Flask:
    """Return an app with a limit."""
    app = Flask("test")
    app.config["MAX_CONTENT_LENGTH"] = LIMIT
    return app


def environ(stream: object, length: int | None) -> dict[str, object]:
    """Return the WSGI environment of a request with this body."""
    end = {"wsgi.input_terminated": True} if length is None else {"CONTENT_LENGTH": str(length)}
    return {"REQUEST_METHOD": "POST", "wsgi.input": stream, **end}


@pytest.mark.parametrize("length", [None, LIMIT])
def test_a_body_in_memory_is_not_copied(app: Flask, length: int | None) -> None:
    """A photo of several megabytes exists once."""
    with app.test_request_context(environ_overrides=environ(io.BytesIO(BODY), length)) as context:
        if length is None:
            context.request.environ.pop("CONTENT_LENGTH", None)
        assert read_body() is BODY
        assert context.request.environ["wsgi.input"].read() == b""


@pytest.mark.parametrize("kind", [io.BytesIO, io.BufferedReader])
def test_a_body_of_unknown_length_over_the_limit_is_refused(app: Flask, kind: type) -> None:
    """It is refused whether it is in memory or arrives on a connection."""
    memory = io.BytesIO(BODY + b"x")
    stream = memory if kind is io.BytesIO else io.BufferedReader(memory)
    with app.test_request_context(environ_overrides=environ(stream, None)) as context:
        context.request.environ.pop("CONTENT_LENGTH", None)
        with pytest.raises(RequestEntityTooLarge):
            read_body()


def test_a_body_shorter_than_its_stream_ends_at_its_length(app: Flask) -> None:
    """What follows on the stream belongs to no body."""
    with app.test_request_context(environ_overrides=environ(io.BytesIO(BODY), 4)):
        assert read_body() == BODY[:4]
