"""What is measured of photos and predictions."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from classifier.metrics.labels import MAX_LABELS, monitored_labels
from classifier.metrics.model import mean_brightness
from colours import photo
from imagemodel.card import load_card
from imagemodel.preprocess import preprocess
from unit.classifier.metrics.conftest import Changes


def test_predictions_are_counted_by_label(client: FlaskClient, changes: Changes) -> None:
    """Each photo counts once under its best label, also those of one request."""
    photos = [base64.b64encode(photo(colour)).decode() for colour in ("red", "blue", "blue")]
    client.post("/score", json={"input": json.dumps(photos)})
    client.post("/predict", data=photo("green"))
    assert changes("classifier_predictions_total") == {"red": 1, "blue": 2, "green": 1}
    assert changes("classifier_best_probability_count") == {"": 4}
    assert changes("classifier_decode_duration_seconds_count") == {"": 2}
    assert changes("classifier_inference_duration_seconds_count") == {"": 2}


def test_examples_of_the_documentation_are_not_counted(client: FlaskClient, changes: Changes) -> None:
    """The photo of the examples, which the model classifies for the document, is no client's."""
    assert client.get("/openapi.json").status_code == 200
    assert changes("classifier_predictions_total") == {}
    assert changes("classifier_images_total") == {}
    assert changes("classifier_inference_duration_seconds_count") == {}


def test_labels_that_are_not_monitored_are_one_value(
    config: Config, tmp_path: Path, changes: Changes
) -> None:
    """The file of monitored labels bounds the time series; all other labels count as `other`."""
    (tmp_path / "labels").write_text("red\npurple\n")
    client = create_app(replace(config, monitored_labels=tmp_path / "labels")).test_client()
    for colour in ("red", "green", "blue"):
        client.post("/predict", data=photo(colour))
    assert changes("classifier_predictions_total") == {"red": 1, "other": 2}


@pytest.mark.parametrize(
    ("classes", "monitored"), [(MAX_LABELS, MAX_LABELS), (MAX_LABELS + 1, 0), (20_000, 0)]
)
def test_without_a_file_only_a_small_model_has_its_labels(
    tmp_path: Path, classes: int, monitored: int
) -> None:
    """A model of 20,000 classes does not make 20,000 time series."""
    labels = [f"class {number}" for number in range(classes)]
    assert len(monitored_labels(tmp_path / "absent", labels)) == monitored


def test_a_long_file_is_cut(tmp_path: Path) -> None:
    """The first MAX_LABELS lines of a longer file count."""
    labels = [f"class {number}" for number in range(20_000)]
    (tmp_path / "labels").write_text("\n".join(labels))
    assert monitored_labels(tmp_path / "labels", labels) == frozenset(labels[:MAX_LABELS])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_format_and_size_of_a_photo_are_observed(client: FlaskClient, changes: Changes, kind: str) -> None:
    """The format is counted, and the size as sent is observed in millions of pixels."""
    client.post("/predict", data=photo("red", side=500, kind=kind))
    assert changes("classifier_images_total") == {kind.lower(): 1}
    assert changes("classifier_image_megapixels_sum") == {"": pytest.approx(0.25)}


def test_a_refused_photo_is_not_observed(client: FlaskClient, changes: Changes) -> None:
    """The distribution of photos has only those that were answered."""
    client.post("/predict", data=photo("red")[:200])
    assert changes("classifier_images_total") == {}
    assert changes("classifier_decode_duration_seconds_count") == {}


@pytest.mark.parametrize(("colour", "expected"), [("black", 0), ("white", 1), ("red", 1 / 3)])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_brightness_is_that_of_the_photo(
    config: Config, colour: str, expected: float, layout: str, dtype: str
) -> None:
    """The normalisation of the card is undone, for each layout and type."""
    spec = load_card(config.model_dir).input
    scale = {"float32": spec.scale, "uint8": 1.0}[dtype]
    offsets = {"float32": (10.0, 20.0, 30.0), "uint8": (0.0,) * 3}[dtype]
    widths = {"float32": spec.std, "uint8": (1.0,) * 3}[dtype]
    spec = replace(spec, layout=layout, dtype=dtype, scale=scale, mean=offsets, std=widths)
    batch = np.stack([preprocess(photo(colour, kind="PNG"), spec)] * 2)
    assert mean_brightness(batch, spec) == pytest.approx([expected] * 2, abs=0.01)


def test_starting_the_app_is_not_measured(config: Config, changes: Changes) -> None:
    """The inference with which the app starts is no prediction."""
    create_app(config)
    assert changes("classifier_predictions_total") == {}
