"""The ONNX graph and the class labels."""

import numpy as np
import onnxruntime as ort
import pytest
from examples.imagenet.errors import ExampleError
from examples.imagenet.labels import class_names
from examples.imagenet.network import efficientnet_lite0

from .conftest import random_weights


def test_both_exports_give_equal_probabilities() -> None:
    """The export with raw pixels and logits equals the export with normalised input and probabilities."""
    pixels = np.random.default_rng(3).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    prepared = ((pixels.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
    first = ort.InferenceSession(efficientnet_lite0(random_weights()))
    second = ort.InferenceSession(efficientnet_lite0(random_weights(), raw_pixels=True, probabilities=False))
    (probabilities,) = first.run(None, {"input": np.ascontiguousarray(prepared)})
    (logits,) = second.run(None, {"input": pixels})
    assert probabilities.shape == logits.shape == (2, 1000)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        probabilities, powers / powers.sum(axis=1, keepdims=True), rtol=1e-3, atol=1e-7
    )


def test_equal_weights_give_equal_bytes() -> None:
    """The ONNX file depends only on the weights, not on their order."""
    assert efficientnet_lite0(random_weights()) == efficientnet_lite0(
        dict(reversed(random_weights().items()))
    )


def test_weights_of_other_network_are_refused() -> None:
    """A missing or additional tensor raises ExampleError with its name."""
    weights = random_weights()
    with pytest.raises(ExampleError, match=r"another network, such as _blocks\.16"):
        efficientnet_lite0({**weights, "_blocks.16._conv.weight": weights["_fc.bias"]})
    del weights["_blocks.3._bn1.running_var"]
    with pytest.raises(ExampleError, match=r"no tensor _blocks\.3\._bn1\.running_var"):
        efficientnet_lite0(weights)


def test_every_class_has_unique_name() -> None:
    """A class gets its first synonym, all synonyms or its curated name, whichever is unique."""
    synonyms = b'{"0": "crane", "1": "crane", "2": "maillot", "3": "maillot, tank suit", "4": "hen, biddy"}'
    curated = b'["bird", "machine", "leotard", "swimsuit", "chicken"]'
    assert class_names(synonyms, curated) == ["bird", "machine", "maillot", "maillot, tank suit", "hen"]
    with pytest.raises(ExampleError, match="class 0: crane is also the name of another"):
        class_names(b'{"0": "crane", "1": "crane"}', b'["x", "x"]')
