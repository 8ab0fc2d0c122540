"""Request bodies with a content encoding."""

from __future__ import annotations

import gzip
import json

import pytest
from flask.testing import FlaskClient

from classifier.config import Config
from colours import photo

JPEG = photo("red")
PACKED = gzip.compress(JPEG)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_decoded(client: FlaskClient, coding: str) -> None:
    """A gzip body is decoded, for every route."""
    headers = {"Content-Encoding": coding}
    response = client.post("/predict", data=PACKED, content_type="image/jpeg", headers=headers)
    assert response.get_json()["predictions"][0]["label"] == "red"
    response = client.post(
        "/score", data=gzip.compress(b"[]"), content_type="application/json", headers=headers
    )
    assert "input" in response.get_json()["error"]


def test_identity_is_accepted(client: FlaskClient) -> None:
    """`identity` is no encoding."""
    headers = {"Content-Encoding": "identity"}
    response = client.post("/predict", data=JPEG, content_type="image/jpeg", headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip"])
def test_other_encodings_are_415(client: FlaskClient, coding: str) -> None:
    """An unknown encoding gets 415, which names the supported one."""
    response = client.post("/predict", data=PACKED, headers={"Content-Encoding": coding})
    assert (response.status_code, response.headers["Accept-Encoding"]) == (415, "gzip")
    assert coding in json.loads(response.data)["error"]


@pytest.mark.parametrize(
    "data", [b"", JPEG, PACKED[:-9], PACKED[:20], PACKED + PACKED, PACKED + b"x"], ids=len
)
def test_invalid_gzip_is_400(client: FlaskClient, data: bytes) -> None:
    """A body that is not one whole gzip stream gets 400."""
    response = client.post("/predict", data=data, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 400


def test_contents_are_bounded(client: FlaskClient, config: Config) -> None:
    """A gzip body of a few hundred bytes whose contents exceed the limit gets 413."""
    data = gzip.compress(bytes(config.max_body + 1))
    assert len(data) < 1000
    response = client.post("/predict", data=data, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 413
