"""The forms of the protocol and /predict agree, and no body makes the server fail."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from classifier.app import create_app
from classifier.config import Config
from colours import photo
from hostile_documents import FUZZ, as_escaped_json, as_json, hostile_bytes
from imagemodel.classifier import ImageClassifier

HEADER: Final = "Inference-Header-Content-Length"
ROUTE: Final = "/v2/models/colours/infer"
SHARED: Final = settings(
    deadline=None, max_examples=30, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
PHOTO: Final = base64.b64encode(photo("red", kind="WEBP")).decode()
OUTPUTS: Final = [{"name": "probabilities", "parameters": {"classification": 2, "binary_data": False}}]
PHOTOS: Final = {
    "id": "1",
    "parameters": {"binary_data_output": True},
    "inputs": [{"name": "photo", "datatype": "BYTES", "shape": [1], "data": [PHOTO]}],
    "outputs": OUTPUTS,
}
TENSOR: Final = {
    "inputs": [
        {
            "name": "photo",
            "datatype": "FP32",
            "shape": [1, 3, 16, 16],
            "parameters": {"binary_data_size": 3072},
        }
    ],
    "outputs": OUTPUTS,
}
TEXTS: Final = hostile_bytes(PHOTOS, as_json, as_escaped_json) | hostile_bytes(TENSOR, as_json)


@pytest.fixture(scope="module")
def model(model_dir: Path) -> ImageClassifier:
    """The model of the server."""
    return ImageClassifier.load(model_dir)


@pytest.fixture(scope="module")
def server(model_dir: Path) -> FlaskClient:
    """A client of the app for many requests."""
    return create_app(Config(model_dir=model_dir, max_body=500_000, max_images=3)).test_client()


@st.composite
def any_photo(draw: st.DrawFn) -> bytes:
    """Draw a photo of any colours, size and format."""
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    pixels = draw(st.binary(min_size=3, max_size=60)) * (width * height)
    buffer = io.BytesIO()
    image = Image.frombytes("RGB", (width, height), pixels[: 3 * width * height])
    image.save(buffer, draw(st.sampled_from(["JPEG", "PNG", "WEBP"])))
    return buffer.getvalue()


def by_photo(data: bytes, _: ImageClassifier) -> tuple[bytes, int | None]:
    """Return a request with a photo in base64."""
    return described("BYTES", [1], data=[base64.b64encode(data).decode()]), None


def by_binary_photo(data: bytes, _: ImageClassifier) -> tuple[bytes, int | None]:
    """Return a request with a photo as binary data."""
    text = described("BYTES", [1, 1], parameters={"binary_data_size": len(data) + 4})
    return text + struct.pack("<I", len(data)) + data, len(text)


def by_tensor(data: bytes, model: ImageClassifier) -> tuple[bytes, int | None]:
    """Return a request with the preprocessed photo as nested JSON numbers."""
    batch = model.prepare([data])
    return described("FP32", list(batch.shape), data=batch.tolist()), None


def by_binary_tensor(data: bytes, model: ImageClassifier) -> tuple[bytes, int | None]:
    """Return a request with the preprocessed photo as binary data."""
    batch = model.prepare([data])
    text = described("FP32", list(batch.shape), parameters={"binary_data_size": batch.nbytes})
    return text + batch.astype("<f4").tobytes(), len(text)


def described(datatype: str, shape: list[int], **members: object) -> bytes:
    """Return the JSON object of a request for the probabilities of all classes."""
    item = {"name": "photo", "datatype": datatype, "shape": shape, **members}
    output = {"name": "probabilities", "parameters": {"classification": 3}}
    return json.dumps({"inputs": [item], "outputs": [output]}).encode()


@SHARED
@given(data=any_photo())
def test_every_form_agrees_with_predict(server: FlaskClient, model: ImageClassifier, data: bytes) -> None:
    """Photo and tensor, in JSON and in binary, give the labels and probabilities of /predict and /score."""
    body = server.post("/predict", data=data).json
    expected = [(each["label"], each["probability"]) for each in body["predictions"]]
    forms: list[Callable[..., tuple[bytes, int | None]]] = [
        by_photo,
        by_binary_photo,
        by_tensor,
        by_binary_tensor,
    ]
    for form in forms:
        sent, size = form(data, model)
        headers = {} if size is None else {HEADER: str(size)}
        (output,) = server.post(ROUTE, data=sent, headers=headers).json["outputs"]
        found = [each.split(":") for each in output["data"]]
        assert [(label, float(value)) for value, _, label in found] == expected, form.__name__
    item = json.dumps([base64.b64encode(data).decode()])
    ((scored,), _) = server.post("/score", json={"input": item}).json["result"]
    assert [label for label, _ in scored] == [label for label, _ in expected]


@FUZZ
@given(text=TEXTS, binary=st.none() | st.binary(max_size=64) | st.just(bytes(3072)), extra=st.integers(-3, 3))
@example(text=json.dumps(PHOTOS).encode(), binary=None, extra=0)
@example(text=json.dumps(TENSOR).encode(), binary=np.full(768, 3e38, "<f4").tobytes(), extra=0)
def test_no_body_makes_the_server_fail(
    server: FlaskClient, text: bytes, binary: bytes | None, extra: int
) -> None:
    """Changed and broken requests, with any binary data, return 200 or one line on the client's error."""
    headers = {} if binary is None else {HEADER: str(len(text) + extra)}
    response = server.post(ROUTE, data=text + (binary or b""), headers=headers)
    assert response.status_code in {200, 400, 413}
    if response.status_code != 200:
        assert response.mimetype == "application/problem+json"
        assert "\n" not in response.json["error"]


@FUZZ
@given(text=hostile_bytes({"input": '["aGVsbG8="]', "more": [1]}, as_json, as_escaped_json))
def test_no_body_makes_score_fail(server: FlaskClient, text: bytes) -> None:
    """Changed and broken bodies of /score return an error of the client."""
    response: Any = server.post("/score", data=text, content_type="application/json")
    assert response.status_code in {400, 413}
    assert "\n" not in response.json["error"]
