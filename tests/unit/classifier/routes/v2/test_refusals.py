"""Inference requests that are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Change = Callable[[dict[str, Any]], None]


def change(member: str, value: object) -> Change:
    """Return a change of a member of the input."""
    return lambda request: request["inputs"][0].__setitem__(member, value)


def output(**members: object) -> Change:
    """Return a change that requests one output."""
    return lambda request: request.__setitem__("outputs", [members])


INVALID: dict[str, Change] = {
    "no inputs": lambda request: request.pop("inputs"),
    "inputs is null": lambda request: request.update(inputs=None),
    "empty inputs": lambda request: request.update(inputs=[]),
    "two inputs": lambda request: request.update(inputs=request["inputs"] * 2),
    "an input is a list": lambda request: request.update(inputs=[[]]),
    "id is a number": lambda request: request.update(id=42),
    "parameters is a list": lambda request: request.update(parameters=[]),
    "unknown input": change("name", "image"),
    "no name": change("name", None),
    "name is a number": change("name", 3),
    "other datatype": change("datatype", "FP64"),
    "datatype in small letters": change("datatype", "fp32"),
    "datatype is a list": change("datatype", []),
    "no shape": change("shape", None),
    "empty shape": change("shape", []),
    "shape without a batch": change("shape", [3, 16, 16]),
    "shape of another layout": change("shape", [2, 16, 16, 3]),
    "shape of other images": change("shape", [2, 3, 16, 17]),
    "negative size": change("shape", [-1, 3, 16, 16]),
    "no image": change("shape", [0, 3, 16, 16]),
    "size is a fraction": change("shape", [2.0, 3, 16, 16]),
    "size is true": change("shape", [True, 3, 16, 16]),
    "more elements": change("shape", [3, 3, 16, 16]),
    "less elements": change("shape", [1, 3, 16, 16]),
    "long shape": change("shape", [1] * 10_000),
    "huge shape of photos": lambda request: request["inputs"][0].update(datatype="BYTES", shape=[0, 2**63]),
    "no data": change("data", None),
    "data is text": change("data", "x"),
    "a text": change("data", ["1.5"] * 1536),
    "a null": change("data", [None] * 1536),
    "a list": change("data", [[]] * 1536),
    "an object": change("data", [{}] * 1536),
    "beyond FP32": change("data", [1e39] * 1536),
    "nested in another way": change("data", [[0.5] * 768, [0.5] * 768]),
    "ragged": change("data", [[0.5] * 700, [0.5] * 836]),
    "a tensor as photos": lambda request: request["inputs"][0].update(datatype="BYTES", shape=[2]),
    "shared memory": change("parameters", {"shared_memory_region": "x", "shared_memory_byte_size": 3}),
    "binary data that are absent": change("parameters", {"binary_data_size": 6144}),
    "parameters of the input": change("parameters", "x"),
    "unknown output": output(name="scores"),
    "output without a name": output(),
    "an output is text": lambda request: request.update(outputs=["logits"]),
    "outputs is an object": lambda request: request.update(outputs={}),
    "an output twice": lambda request: request.update(outputs=[{"name": "logits"}] * 2),
    "many outputs": lambda request: request.update(outputs=[{"name": "logits"}] * 1000),
    "classification is text": output(name="logits", parameters={"classification": "2"}),
    "classification is negative": output(name="logits", parameters={"classification": -1}),
    "classification is true": output(name="logits", parameters={"classification": True}),
}


@pytest.mark.parametrize("name", INVALID)
def test_invalid_request_returns_400_with_one_line(post, tensor, name: str) -> None:
    """A request that the protocol or the model does not allow returns 400 with one line in `error`."""
    INVALID[name](tensor)
    response = post(tensor)
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert 0 < len(response.json["error"]) < 200
    assert "\n" not in response.json["error"]
    assert response.json["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"null",
        b"3",
        b"{",
        b'{"inputs": NaN}',
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 30_000,
        b'{"inputs": [{"data": [1e999]}]}',
        b'{"id": "\\ud800"}',
        b'\xef\xbb\xbf{"inputs": 1}',
    ],
)
def test_body_that_is_not_a_json_object_returns_400(post, sent: bytes) -> None:
    """Other JSON, broken JSON, deep nesting, NaN and numbers beyond FP64 return 400."""
    assert post(sent).status_code == 400


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "1e39"])
def test_number_that_is_not_finite_returns_400(post, tensor, value: str) -> None:
    """NaN and infinity in JSON return 400."""
    text = json.dumps(tensor).encode()
    first = json.dumps(tensor["inputs"][0]["data"][0]).encode()
    assert post(text.replace(b"[" + first, b"[" + value.encode(), 1)).status_code == 400


@pytest.mark.parametrize("length", ["x", "-1", "1e3", "", "99999999", "9" * 5000, "٣", "1, 2"])
def test_invalid_length_of_the_json_object_returns_400(client: FlaskClient, tensor, length: str) -> None:
    """A header that is not a size within the body returns 400 and names the header."""
    headers = {"Inference-Header-Content-Length": length}
    response = client.post("/v2/models/colours/infer", data=json.dumps(tensor), headers=headers)
    assert response.status_code == 400
    assert "Inference-Header-Content-Length" in response.json["error"]
