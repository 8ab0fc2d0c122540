"""Loading a model by its card, and predictions."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import numpy_helper
from onnx.external_data_helper import set_external_data

from imagemodel.classifier import ImageClassifier, best_classes
from imagemodel.errors import CardError, ImageError, PredictionError, VerifyError

from .conftest import network


@pytest.mark.parametrize("batch", ["batch", 1])
def test_model_with_other_input_and_output_needs_only_its_card(write_model, photo, batch) -> None:
    """A model with NHWC, BGR, another size and logits gives the right labels and probabilities."""
    model = ImageClassifier.load(write_model(network(batch)))
    predictions = model.predict([photo("red"), photo("blue", "JPEG"), photo("lime", "WEBP")], top=2)
    assert [ranked[0].label for ranked in predictions] == ["red", "blue", "green"]
    assert [ranked[0].index for ranked in predictions] == [2, 0, 1]
    assert all(len(ranked) == 2 and ranked[0].probability > 0.99 for ranked in predictions)


def test_logits_are_converted_by_softmax(write_model) -> None:
    """The softmax of large logits is finite and sums to 1."""
    model = ImageClassifier.load(write_model())
    batch = np.zeros((1, 6, 8, 3), dtype=np.float32) + np.array([1000, 1001, -1000], dtype=np.float32)
    np.testing.assert_allclose(model.infer(batch), [[0.26894143, 0.7310586, 0]], atol=1e-6)


def test_probabilities_are_returned_unchanged(write_model) -> None:
    """With output kind `probabilities`, the network's output is returned unchanged."""
    model = ImageClassifier.load(write_model(output={"kind": "probabilities"}))
    batch = np.zeros((1, 6, 8, 3), dtype=np.float32) + np.array([0.5, 0.25, 0.25], dtype=np.float32)
    np.testing.assert_allclose(model.infer(batch), [[0.5, 0.25, 0.25]])


def test_ties_keep_order_of_labels(write_model) -> None:
    """Classes of equal probability are ranked in the order of the labels."""
    model = ImageClassifier.load(write_model())
    assert [each.label for each in model.rank(np.array([[0.2, 0.4, 0.4]], dtype=np.float32), 9)[0]] == [
        "green",
        "red",
        "blue",
    ]


@given(
    arrays(np.float32, st.integers(1, 40), elements=st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0])),
    st.integers(1, 50),
)
def test_the_best_classes_are_those_of_a_complete_sort(numbers, top) -> None:
    """Only the candidates are sorted, with the same result, ties included."""
    expected = np.argsort(-numbers, kind="stable")[:top]
    assert best_classes(numbers, top).tolist() == expected.tolist()


def test_no_images_give_no_predictions(write_model) -> None:
    """An empty list of images gives an empty list."""
    assert ImageClassifier.load(write_model()).predict([]) == []


def test_predict_is_thread_safe(write_model, photo) -> None:
    """Each of several concurrent calls gets its own predictions."""
    model = ImageClassifier.load(write_model(), threads=2)
    colours = ["red", "lime", "blue"] * 40
    with ThreadPoolExecutor(8) as pool:
        predictions = list(pool.map(lambda colour: model.predict([photo(colour)])[0][0].label, colours))
    assert predictions == ["red", "green", "blue"] * 40


def test_invalid_image_refuses_batch(write_model, photo) -> None:
    """An invalid image raises ImageError for the whole batch."""
    with pytest.raises(ImageError):
        ImageClassifier.load(write_model()).predict([photo("red"), b"no image"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"input": {"name": "x"}}, r"inputs are pixels, but the card has input\.name x"),
        ({"input": {"width": 9}}, r"input pixels has shape .* card requires \[batch, 6, 9, 3\]"),
        ({"input": {"layout": "NCHW"}}, r"card requires \[batch, 3, 6, 8\]"),
        ({"input": {"dtype": "uint8"}}, r"has type tensor\(float\), but the card requires tensor\(uint8\)"),
        ({"output": {"name": "y"}}, r"outputs are scores, but the card has output\.name y"),
        ({"output": {"classes": 4}}, r"output scores has shape .* card requires \[batch, 4\]"),
        ({"labels": "blue\ngreen\n"}, r"labels\.txt: expected 3 lines \(output\.classes\), found 2"),
        ({"labels": "blue\n \nred\n"}, r"labels\.txt: line 2: expected a label"),
        ({"raw": network(4)}, r"input pixels has shape \[4, 6, 8, 3\]"),
    ],
)
def test_network_that_does_not_match_card_is_refused(write_model, changes, reason) -> None:
    """A difference in inputs, outputs, shapes, types or labels raises CardError."""
    with pytest.raises(CardError, match=reason):
        ImageClassifier.load(write_model(**changes))


@pytest.mark.parametrize(
    "raw", [b"not a model", network(domain="com.example.made.up")], ids=["bytes", "custom operator"]
)
def test_unloadable_network_raises_error_of_one_line(write_model, raw) -> None:
    """Invalid bytes and unknown operators raise a VerifyError of one line at load."""
    with pytest.raises(VerifyError, match="onnxruntime cannot load the model") as error:
        ImageClassifier.load(write_model(raw))
    assert "\n" not in error.value.message


@pytest.mark.parametrize("location", ["../secret", "weights.bin", "/etc/hostname"])
def test_external_data_is_refused(write_model, tmp_path, location) -> None:
    """A network with weights outside its ONNX file is refused, and the other file is not read."""
    (tmp_path / "secret").write_bytes(b"\0" * 16)
    with pytest.raises(VerifyError, match=r"(?i)external data"):
        ImageClassifier.load(write_model(_network_with_external_data(location)))


def _network_with_external_data(location: str) -> bytes:
    model = onnx.load_from_string(network())
    bias = numpy_helper.from_array(np.zeros(3, dtype=np.float32), "bias")
    set_external_data(bias, location=location, offset=0, length=12)
    bias.ClearField("raw_data")
    model.graph.initializer.append(bias)
    model.graph.node[0].output[0] = "means"
    model.graph.node.append(onnx.helper.make_node("Add", ["means", "bias"], ["scores"]))
    return model.SerializeToString()


def test_output_that_is_not_finite_raises_prediction_error(write_model) -> None:
    """NaN in the output raises PredictionError."""
    model = ImageClassifier.load(write_model())
    with pytest.raises(PredictionError, match="expected 3 finite numbers"):
        model.infer(np.full((1, 6, 8, 3), np.nan, dtype=np.float32))


def test_batch_of_other_shape_raises_prediction_error(write_model) -> None:
    """A batch of the wrong shape raises a PredictionError with the model's name."""
    with pytest.raises(PredictionError, match="colours: "):
        ImageClassifier.load(write_model()).infer(np.zeros((1, 5, 5, 3), dtype=np.float32))


def test_memory_of_many_images_is_that_of_a_few(write_model) -> None:
    """Forty images of a network that takes 12 MB for each take the memory of four."""
    model = ImageClassifier.load(write_model(_network_with_large_activations()))
    model.infer(np.zeros((1, 6, 8, 3), dtype=np.float32))
    before = _resident_megabytes()
    model.infer(np.zeros((40, 6, 8, 3), dtype=np.float32))
    assert _resident_megabytes() - before < 120


def _network_with_large_activations() -> bytes:
    model = onnx.load_from_string(network())
    repeats = numpy_helper.from_array(np.array([1, 20_000, 1, 1]), "repeats")
    model.graph.initializer.append(repeats)
    model.graph.node[0].input[0] = "copies"
    model.graph.node.insert(0, onnx.helper.make_node("Tile", ["pixels", "repeats"], ["copies"]))
    return model.SerializeToString()


def _resident_megabytes() -> float:
    # The process keeps what an inference took.
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def test_changed_model_is_not_loaded(model_directory) -> None:
    """A changed label raises VerifyError at load."""
    (model_directory / "labels.txt").write_text("BLUE\ngreen\nred\n")
    with pytest.raises(VerifyError, match="sha256"):
        ImageClassifier.load(model_directory)
