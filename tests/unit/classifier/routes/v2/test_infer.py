"""Inference by the Open Inference Protocol."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from classifier.config import Config
from colours import photo
from imagemodel.card import load_card
from imagemodel.classifier import ImageClassifier


def test_response_has_the_members_of_the_protocol(post, photos, config: Config) -> None:
    """The response names model, version and digest, repeats the id, and has every output as a flat list."""
    response = post({"id": "42", "parameters": {"priority": 1, "mine": "x"}, **photos})
    body = response.json
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert (body["model_name"], body["model_version"], body["id"]) == ("colours", "1.0.0", "42")
    assert body["parameters"] == {"digest": load_card(config.model_dir).digest}
    assert [(each["name"], each["datatype"], each["shape"]) for each in body["outputs"]] == [
        ("logits", "FP32", [2, 3]),
        ("probabilities", "FP32", [2, 3]),
    ]
    assert [len(each["data"]) for each in body["outputs"]] == [6, 6]


def test_response_without_an_id_has_none(post, photos) -> None:
    """A request without an id, or with null, gets none."""
    assert "id" not in post(photos).json
    assert "id" not in post({"id": None, "parameters": None, "outputs": None, **photos}).json


def test_outputs_are_those_of_the_network(post, photos, read, config: Config) -> None:
    """`logits` are the network's numbers and `probabilities` what /predict is made of."""
    model = ImageClassifier.load(config.model_dir)
    values = model.outputs(model.prepare([photo("green"), photo("blue")]))
    found = read(post(photos))
    np.testing.assert_array_equal(np.array(found["logits"], np.float32), values)
    np.testing.assert_array_equal(np.array(found["probabilities"], np.float32), model.probabilities(values))


@pytest.mark.parametrize("shape", [[2], [2, 1], [1, 2]])
def test_shape_of_photos_may_have_more_dimensions(post, photos, shape: list[int]) -> None:
    """Photos may have any shape of their number, nested or flat."""
    assert post({"inputs": [{**photos["inputs"][0], "shape": shape}]}).status_code == 200
    nested = np.array(photos["inputs"][0]["data"]).reshape(shape).tolist()
    assert post({"inputs": [{**photos["inputs"][0], "shape": shape, "data": nested}]}).status_code == 200


def test_tensor_may_be_flat_nested_or_binary(post, tensor, batch, photos, read) -> None:
    """The model's own input gives the same outputs in each form, and those of the photos."""
    (flat,) = tensor["inputs"]
    described = {key: value for key, value in flat.items() if key != "data"}
    binary = batch.astype("<f4").tobytes()
    sized = {**described, "parameters": {"binary_data_size": len(binary)}}
    expected = read(post(photos))
    assert read(post(tensor)) == expected
    assert read(post({"inputs": [{**flat, "data": batch.tolist()}]})) == expected
    assert read(post({"inputs": [sized]}, binary)) == expected
    # A JSON object of another length: the tensor begins at another address.
    assert read(post({"inputs": [sized], "id": "x"}, binary)) == expected


def test_binary_photos_give_the_same_outputs(post, photos, read) -> None:
    """A BYTES element in binary data is its length in 4 bytes and the photo as it is."""
    binary = b"".join(struct.pack("<I", len(each)) + each for each in (photo("green"), photo("blue")))
    sized = {
        "name": "photo",
        "datatype": "BYTES",
        "shape": [2],
        "parameters": {"binary_data_size": len(binary)},
    }
    assert read(post({"inputs": [sized]}, binary)) == read(post(photos))


def test_requested_outputs_are_returned_in_their_order(post, photos) -> None:
    """Only the requested outputs are returned."""
    for names in (["logits"], ["probabilities", "logits"]):
        body = post({**photos, "outputs": [{"name": name} for name in names]}).json
        assert [each["name"] for each in body["outputs"]] == names


@pytest.mark.parametrize(("asked", "returned"), [(1, 1), (2, 2), (3, 3), (1000, 3)])
def test_classification_returns_the_best_labels(post, photos, read, asked: int, returned: int) -> None:
    """`classification` gives `value:index:label` of the best classes, of a small model all."""
    output = {"name": "probabilities", "parameters": {"classification": asked}}
    response = post({**photos, "outputs": [output]})
    assert response.json["outputs"][0]["datatype"] == "BYTES"
    assert response.json["outputs"][0]["shape"] == [2, returned]
    best = [row[0].split(":") for row in read(response)["probabilities"]]
    assert [(index, label) for _, index, label in best] == [("1", "green"), ("2", "blue")]
    assert all(float(value) > 0.9 for value, _, _ in best)


def test_classification_of_zero_is_a_tensor(post, photos) -> None:
    """`classification` 0, the default of Triton's client, returns the tensor."""
    output = {"name": "logits", "parameters": {"classification": 0}}
    assert post({**photos, "outputs": [output]}).json["outputs"][0]["datatype"] == "FP32"


def test_every_output_can_be_binary(post, photos, read) -> None:
    """`binary_data_output` returns all outputs in binary, with the length of the JSON object in a header."""
    response = post({**photos, "parameters": {"binary_data_output": True}})
    assert response.mimetype == "application/octet-stream"
    assert read(response) == read(post(photos))


def test_binary_data_of_an_output_overrides_the_request(post, photos, read) -> None:
    """`binary_data` of an output comes before `binary_data_output`; outputs may differ."""
    asked = [
        {"name": "probabilities", "parameters": {"classification": 2, "binary_data": True}},
        {"name": "logits", "parameters": {"binary_data": False}},
    ]
    response = post({**photos, "outputs": asked, "parameters": {"binary_data_output": True}})
    size = int(response.headers["Inference-Header-Content-Length"])
    first, second = json.loads(response.data[:size])["outputs"]
    assert first["parameters"] == {"binary_data_size": len(response.data) - size}
    assert ("data" in first, "parameters" in second) == (False, False)
    as_json = [{"name": "probabilities", "parameters": {"classification": 2}}, {"name": "logits"}]
    assert read(response) == read(post({**photos, "outputs": as_json}))


@pytest.mark.parametrize("kind", [None, "application/json", "application/octet-stream", "text/plain"])
def test_content_type_does_not_matter(client: FlaskClient, photos: dict[str, Any], kind: str | None) -> None:
    """KServe's client sends no content type, curl its own; both are accepted."""
    body = json.dumps(photos)
    response = client.post("/v2/models/colours/versions/1.0.0/infer", data=body, content_type=kind)
    assert response.status_code == 200


def test_response_has_the_identity_headers(post, photos, config: Config) -> None:
    """Responses of the protocol have the headers of every response."""
    headers = post(photos).headers
    assert headers["X-Model-Digest"] == load_card(config.model_dir).digest
    assert headers["X-Request-Id"]
