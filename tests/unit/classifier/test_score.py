"""The original wire format."""

from __future__ import annotations

import base64
import json

import pytest
from flask.testing import FlaskClient

from colours import photo


def body(*items: object) -> dict[str, str]:
    """Return a request's body as old clients build it: a JSON list inside a string."""
    return {"input": json.dumps(list(items))}


def encoded(colour: str) -> str:
    """Return a photo in base64."""
    return base64.b64encode(photo(colour)).decode()


def test_best_label_stands_where_old_clients_look(client: FlaskClient) -> None:
    """`result[0][0][0]` is the first image's best [label, percent], and the time stands behind."""
    answer = client.post("/score", json=body(encoded("green")))
    images, computed = answer.json["result"]
    assert answer.status_code == 200
    assert images[0][0][0] == "green"
    assert 90 < images[0][0][1] <= 100
    assert len(images[0]) == 3
    assert computed.startswith("Computed in ")
    assert computed.endswith(" ms")


def test_several_images_keep_their_order(client: FlaskClient) -> None:
    """Each image of a request is answered, in the order they came."""
    answer = client.post("/score", json=body(encoded("blue"), encoded("red")))
    assert [best[0][0] for best in answer.json["result"][0]] == ["blue", "red"]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_python_notation_of_bytes_is_read(client: FlaskClient, quote: str) -> None:
    """Items may come as `b'…'`: clients that wrote str(bytes) are answered too."""
    answer = client.post("/score", json=body(f"b{quote}{encoded('red')}{quote}"))
    assert answer.json["result"][0][0][0][0] == "red"


def test_content_type_may_carry_parameters(client: FlaskClient) -> None:
    """`application/json; charset=utf-8` is JSON."""
    data = json.dumps(body(encoded("red")))
    answer = client.post("/score", data=data, content_type="application/json; charset=utf-8")
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "image/jpeg", None])
def test_wrong_content_type_is_415(client: FlaskClient, kind: str | None) -> None:
    """Another content type, or none, is refused with 415."""
    answer = client.post("/score", data=json.dumps(body(encoded("red"))), content_type=kind)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")
    assert answer.json["error"]


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
def test_anything_else_is_400(client: FlaskClient, sent: str) -> None:
    """A body that holds no images is refused with 400 and a problem that says so."""
    answer = client.post("/score", data=sent.encode("latin-1"), content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["error"]


def test_too_many_images_are_413(client: FlaskClient) -> None:
    """One request cannot ask for any number of images."""
    assert client.post("/score", json=body(*[encoded("red")] * 4)).status_code == 413
