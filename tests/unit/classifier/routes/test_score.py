"""`POST /score`, the original wire format."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from colours import photo
from imagemodel.card import load_card


def body(*items: object) -> dict[str, str]:
    """Return a request body: a JSON list inside a string."""
    return {"input": json.dumps(list(items))}


def encoded(colour: str) -> str:
    """Return an image of one colour as base64."""
    return base64.b64encode(photo(colour)).decode()


def test_response_has_original_structure(client: FlaskClient) -> None:
    """`result[0][0][0]` is the first image's best [label, percent]; `result[1]` is the time."""
    response = client.post("/score", json=body(encoded("green")))
    images, computed = response.json["result"]
    assert response.status_code == 200
    assert images[0][0][0] == "green"
    assert 90 < images[0][0][1] <= 100
    assert len(images[0]) == 3
    assert computed.startswith("Computed in ")
    assert computed.endswith(" ms")


def test_response_names_the_model_beside_the_result(client: FlaskClient, config: Config) -> None:
    """A saved response shows which model gave it; the members that old clients read are the same."""
    card = load_card(config.model_dir)
    response = client.post("/score", json=body(encoded("green"))).json
    assert list(response) == ["result", "model"]
    assert response["model"] == {"name": card.name, "version": card.version, "digest": card.digest}


def test_results_keep_order_of_images(client: FlaskClient) -> None:
    """The response has one result per image, in the order of the request."""
    response = client.post("/score", json=body(encoded("blue"), encoded("red")))
    assert [best[0][0] for best in response.json["result"][0]] == ["blue", "red"]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_python_bytes_literal_is_accepted(client: FlaskClient, quote: str) -> None:
    """An item may be a Python bytes literal, `b'…'`."""
    response = client.post("/score", json=body(f"b{quote}{encoded('red')}{quote}"))
    assert response.json["result"][0][0][0][0] == "red"


def test_content_type_may_have_parameters(client: FlaskClient) -> None:
    """`application/json; charset=utf-8` is accepted."""
    data = json.dumps(body(encoded("red")))
    response = client.post("/score", data=data, content_type="application/json; charset=utf-8")
    assert response.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "image/jpeg", None])
def test_unsupported_content_type_returns_415(client: FlaskClient, kind: str | None) -> None:
    """A content type other than JSON, or none, returns 415."""
    response = client.post("/score", data=json.dumps(body(encoded("red"))), content_type=kind)
    assert (response.status_code, response.mimetype) == (415, "application/problem+json")
    assert response.json["error"]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"input": 3}',
        '{"input": ["x"]}',
        '{"input": "[]"}',
        '{"input": "{}"}',
        '{"input": "[3]"}',
        '{"input": "[\\"\\"]"}',
        '{"input": "[\\"b\'\'\\"]"}',
        '{"input": "[\\"not base64!\\"]"}',
        '{"input": "[\\"aGVsbG8=\\"]"}',
        '{"input": "[\\"\\u00e9\\"]"}',
        '{"input": "' + "[" * 50_000 + '"}',
        "[" * 50_000,
        "\xff\xfe",
    ],
)
def test_invalid_body_returns_400(client: FlaskClient, sent: str) -> None:
    """A body of another structure, or without valid images, returns 400."""
    response = client.post("/score", data=sent.encode("latin-1"), content_type="application/json")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.json["error"]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ("", "the body is not JSON"),
        ("{", "the body is not JSON"),
        ("[" * 50_000, "the body is not JSON"),
        ("[]", "the body has no member input"),
        ('{"data": "[]"}', "the body has no member input"),
        ('{"input": ["x"]}', "input is not a JSON list in a string"),
        ('{"input": "x"}', "input is not a JSON list in a string"),
        ('{"input": "{}"}', "input is not a JSON list in a string"),
        ('{"input": null}', "input is not a JSON list in a string"),
        ('{"input": "[]"}', "the list in input is empty"),
    ],
)
def test_each_fault_has_its_own_message(client: FlaskClient, sent: str, error: str) -> None:
    """A client can tell which part of its body is wrong; the fix is the format."""
    response = client.post("/score", data=sent, content_type="application/json")
    assert (response.status_code, response.json["error"]) == (400, error)
    assert '{"input": ' in response.json["detail"]


@pytest.mark.parametrize("bad", [b"no photo", photo("red")[:60], photo("red", side=7200, kind="PNG")])
def test_a_bad_image_is_named_by_its_number(config: Config, bad: bytes) -> None:
    """Of several images, the error has the number of the first that cannot be classified, from 0."""
    client = create_app(replace(config, max_body=1_000_000)).test_client()
    item = base64.b64encode(bad).decode()
    response = client.post("/score", json=body(encoded("red"), encoded("green"), item))
    alone = client.post("/predict", data=bad, content_type="image/jpeg").json["error"]
    assert response.json["error"] == f"image 2: {alone}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_body_may_be_in_any_encoding_of_json(client: FlaskClient, encoding: str) -> None:
    """A body with a byte order mark, or in UTF-16 or UTF-32, is read as before."""
    data = json.dumps(body(encoded("red"))).encode(encoding)
    response = client.post("/score", data=data, content_type="application/json")
    assert response.json["result"][0][0][0][0] == "red"


@pytest.mark.parametrize(
    "sent",
    [
        b'{"input": "x", "more": [' + b"[]," * 500_000 + b"1]}",
        b'{"input": "x", "more": [' + b"{}," * 500_000 + b"1]}",
        b'{"input": "[' + b"\\u005b\\u005d," * 500_000 + b'1]"}',
    ],
)
def test_body_of_many_values_returns_413_before_it_is_parsed(config: Config, sent: bytes) -> None:
    """A megabyte of tiny JSON values, which would take 25 times its size in memory, returns 413."""
    app = create_app(replace(config, max_body=20_000_000))
    response = app.test_client().post("/score", data=sent, content_type="application/json")
    assert response.status_code == 413
    assert response.json["error"] == "too many JSON values, the limit is 10000"


def test_too_many_images_return_413(client: FlaskClient) -> None:
    """More images than the limit return 413."""
    assert client.post("/score", json=body(*[encoded("red")] * 4)).status_code == 413
