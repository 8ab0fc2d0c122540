"""The app with models of any number of classes and any form that a card describes, as real ONNX files."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from networks import labels, photo, write_model

FORMS = {
    "layout": ("NCHW", "NHWC"),
    "channels": ("RGB", "BGR", "GRAY"),
    "dtype": ("float32", "uint8"),
    "batch": ("N", 1),
    "output": ("logits", "probabilities"),
}
EVERY_FORM = [dict(zip(FORMS, form, strict=True)) for form in product(*FORMS.values())]
# Each value of each part occurs in one of these.
SOME_FORMS = EVERY_FORM[::7]
MODELS = [(2, form) for form in EVERY_FORM]
MODELS += [(classes, form) for classes in (3, 1000, 20_000) for form in SOME_FORMS]

MakeClient = Callable[[int, dict[str, Any]], FlaskClient]


@pytest.fixture
def client_of(tmp_path: Path) -> MakeClient:
    """A function that returns a client of the app with a generated model."""

    def make(classes: int, form: dict[str, Any]) -> FlaskClient:
        write_model(tmp_path / "model", classes, **form)
        return create_app(Config(model_dir=tmp_path / "model")).test_client()

    return make


def scored(client: FlaskClient, *photos: bytes) -> list[list[list[Any]]]:
    """Return the labels and percentages of each photo by `/score`."""
    items = json.dumps([base64.b64encode(each).decode() for each in photos])
    found: list[list[list[Any]]] = client.post("/score", json={"input": items}).json["result"][0]
    return found


def name(value: object) -> str:
    """Return the name of a parameter."""
    return "-".join(map(str, value.values())) if isinstance(value, dict) else str(value)


@pytest.mark.parametrize(("classes", "form"), MODELS, ids=name)
def test_every_model_is_served(client_of: MakeClient, classes: int, form: dict[str, Any]) -> None:
    """Both routes name the class of each photo, and return at most three and five labels."""
    client, known = client_of(classes, form), labels(classes, form["channels"])
    indices = sorted({0, classes // 2, classes - 1})
    photos = [photo(index, classes, form["channels"]) for index in indices]
    for index, image in zip(indices, photos, strict=True):
        predictions = client.post("/predict", data=image).json["predictions"]
        assert (predictions[0]["label"], len(predictions)) == (known[index], min(5, classes))
        assert predictions[0]["probability"] > 0.9
    found = scored(client, *photos)
    assert [best[0][0] for best in found] == [known[index] for index in indices]
    assert {len(best) for best in found} == {min(3, classes)}


@pytest.mark.parametrize("classes", [2, 3, 1000, 20_000])
def test_all_labels_of_a_model_can_be_requested(client_of: MakeClient, classes: int) -> None:
    """`?top=` above the number of classes returns each label once; the probabilities add up to 1."""
    client = client_of(classes, SOME_FORMS[0])
    body = client.post("/predict?top=100000", data=photo(0, classes, "RGB")).json
    assert sorted(each["label"] for each in body["predictions"]) == sorted(labels(classes, "RGB"))
    # Each is rounded to six digits.
    assert sum(each["probability"] for each in body["predictions"]) == pytest.approx(1, abs=classes * 5e-7)


def test_the_version_does_not_grow_with_the_model(client_of: MakeClient) -> None:
    """`/version` has the identity of a model and none of its 20,000 labels."""
    response = client_of(20_000, SOME_FORMS[0]).get("/version")
    assert response.json["model"].keys() == {"name", "version", "digest"}
    assert len(response.data) < 1000
