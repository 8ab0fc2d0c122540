"""The generated networks that other tests use are valid and classify their photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from imagemodel.classifier import ImageClassifier
from network_outputs import OUTPUTS
from networks import labels, network, photo, write_model


@pytest.mark.parametrize("output", ["logits", "probabilities"])
@pytest.mark.parametrize("batch", ["N", 1])
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("channels", ["RGB", "BGR", "GRAY"])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_each_form_classifies_its_photos(
    tmp_path: Path, layout: str, channels: str, dtype: str, batch: str | int, output: str
) -> None:
    """In every form that a card can describe, each class is predicted with a probability above 0.9."""
    write_model(tmp_path / "model", 3, layout, channels, dtype, batch, output)
    require_own_labels(tmp_path / "model", 3, channels)


@pytest.mark.parametrize("channels", ["RGB", "BGR", "GRAY"])
@pytest.mark.parametrize("classes", [2, 40, 1000, 20_000])
def test_any_number_of_classes_is_distinguished(tmp_path: Path, classes: int, channels: str) -> None:
    """From 2 to 20,000 classes, each is predicted with a probability above 0.9."""
    write_model(tmp_path / "model", classes, channels=channels)
    require_own_labels(tmp_path / "model", classes, channels)


def require_own_labels(directory: Path, classes: int, channels: str) -> None:
    """Predict the photos of the first, the second and the last class."""
    model = ImageClassifier.load(directory)
    chosen = [0, 1, classes - 1]
    best = model.predict([photo(index, classes, channels) for index in chosen], top=1)
    assert [each[0].label for each in best] == [labels(classes, channels)[index] for index in chosen]
    assert min(each[0].probability for each in best) > 0.9


@pytest.mark.parametrize("classes", [2, 9, 1000, 20_000])
@pytest.mark.parametrize("channels", ["RGB", "GRAY"])
def test_labels_differ(classes: int, channels: str) -> None:
    """Each class has a label of its own."""
    assert len(set(labels(classes, channels))) == classes


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "uint8"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_each_form_is_valid_and_runs(dtype: str, output: str) -> None:
    """onnx.checker accepts every kind of output for every type of input, and onnxruntime runs it."""
    model = network(3, dtype=dtype, output=output)
    onnx.checker.check_model(model, full_check=True)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    results = session.run(None, {"photo": np.full((2, 3, 16, 16), 255, dtype=dtype)})
    assert len(results[-1]) == 2
