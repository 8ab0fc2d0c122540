"""What is measured of the Open Inference Protocol."""

from __future__ import annotations

import base64

import pytest
from flask.testing import FlaskClient

from classifier.config import Config
from colours import photo
from imagemodel.classifier import ImageClassifier
from unit.classifier.metrics.conftest import Changes

INFER = "/v2/models/colours/infer"


def test_photos_are_measured_like_those_of_other_routes(client: FlaskClient, changes: Changes) -> None:
    """Photos count under their best label, with the times of decoding and inference."""
    data = [base64.b64encode(photo(each)).decode() for each in ("red", "blue")]
    item = {"name": "photo", "datatype": "BYTES", "shape": [2], "data": data}
    for outputs in ([], [{"name": "logits"}]):
        client.post(INFER, json={"inputs": [item], "outputs": outputs})
    assert changes("classifier_predictions_total") == {"red": 2, "blue": 2}
    assert changes("classifier_best_probability_count") == {"": 4}
    assert changes("classifier_images_total") == {"jpeg": 4}
    assert changes("classifier_decode_duration_seconds_count") == {"": 2}
    assert changes("classifier_inference_duration_seconds_count") == {"": 2}


def test_tensors_count_as_predictions_and_not_as_photos(
    client: FlaskClient, config: Config, changes: Changes
) -> None:
    """Of a tensor, inference and prediction are measured."""
    batch = ImageClassifier.load(config.model_dir).prepare([photo("green")])
    item = {"name": "photo", "datatype": "FP32", "shape": [1, 3, 16, 16], "data": batch.tolist()}
    client.post(INFER, json={"inputs": [item]})
    assert changes("classifier_predictions_total") == {"green": 1}
    assert changes("classifier_inference_duration_seconds_count") == {"": 1}
    assert changes("classifier_images_total") == {}


@pytest.mark.parametrize(
    "path",
    ["/v2/health/ready", "/v2/models/colours/ready", "/v2/models/colours/versions/1.0.0/ready"],
)
def test_probe_while_draining_is_no_refusal(
    client: FlaskClient, config: Config, changes: Changes, path: str
) -> None:
    """The protocol's probes of a draining instance do not count as refusals."""
    config.drain_file.touch()
    assert client.get(path).status_code == 503
    assert changes("classifier_refusals_total") == {}
