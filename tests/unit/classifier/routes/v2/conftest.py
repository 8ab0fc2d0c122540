"""Fixtures: inference requests for the app with a small model."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from classifier.config import Config
from colours import photo
from imagemodel.classifier import ImageClassifier

HEADER = "Inference-Header-Content-Length"
Post = Callable[..., TestResponse]


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """A function that posts an inference request, with binary data after the JSON object if it is given."""

    def send(document: object, binary: bytes | None = None, model: str = "colours") -> TestResponse:
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = {} if binary is None else {HEADER: str(len(text))}
        return client.post(f"/v2/models/{model}/infer", data=text + (binary or b""), headers=headers)

    return send


@pytest.fixture
def photos() -> dict[str, Any]:
    """A request with a green and a blue photo in base64."""
    data = [base64.b64encode(photo(each)).decode() for each in ("green", "blue")]
    return {"inputs": [{"name": "photo", "datatype": "BYTES", "shape": [2, 1], "data": data}]}


@pytest.fixture
def batch(config: Config) -> NDArray[Any]:
    """A green and a blue photo, preprocessed as the card describes."""
    return ImageClassifier.load(config.model_dir).prepare([photo("green"), photo("blue")])


@pytest.fixture
def tensor(batch: NDArray[Any]) -> dict[str, Any]:
    """A request with the preprocessed photos as a flat list of JSON numbers."""
    data = [value.item() for value in batch.ravel()]
    return {"inputs": [{"name": "photo", "datatype": "FP32", "shape": list(batch.shape), "data": data}]}


def outputs(response: TestResponse) -> dict[str, Any]:
    """Return the outputs of a response by name, as nested lists; binary ones are decoded."""
    header = response.headers.get(HEADER)
    size = len(response.data) if header is None else int(header)
    document, binary = json.loads(response.data[:size]), response.data[size:]
    found = {}
    for each in document["outputs"]:
        length = each.get("parameters", {}).get("binary_data_size")
        texts = each["datatype"] == "BYTES"
        data: Any = np.array(each.get("data"), None if texts else np.float32)
        if length is not None:
            part, binary = binary[:length], binary[length:]
            data = np.array(_texts(part)) if texts else np.frombuffer(part, "<f4")
        found[each["name"]] = data.reshape(each["shape"]).tolist()
    assert binary == b""
    return found


def _texts(data: bytes) -> list[str]:
    texts = []
    while data:
        size = 4 + int.from_bytes(data[:4], "little")
        texts.append(data[4:size].decode())
        data = data[size:]
    return texts


@pytest.fixture
def read() -> Callable[[TestResponse], dict[str, Any]]:
    """The function that reads the outputs of a response."""
    return outputs
