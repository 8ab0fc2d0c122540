"""Another image classifier needs a card, and no change of the code."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx.external_data_helper import set_external_data

from imagemodel.classifier import Model
from imagemodel.errors import CardError, ImageError, PredictionError, VerifyError

from .conftest import network


@pytest.mark.parametrize("batch", ["batch", 1])
def test_a_classifier_unlike_the_example_answers_by_its_card_alone(write_model, photo, batch) -> None:
    """Pixels side by side, blue first, of another size, logits out: labels and probabilities are right."""
    model = Model.load(write_model(network(batch)))
    answers = model.predict([photo("red"), photo("blue", "JPEG"), photo("lime", "WEBP")], top=2)
    assert [answer[0].label for answer in answers] == ["red", "blue", "green"]
    assert [answer[0].index for answer in answers] == [2, 0, 1]
    assert all(len(answer) == 2 and answer[0].probability > 0.99 for answer in answers)


def test_logits_get_the_softmax_and_probabilities_do_not(write_model) -> None:
    """Rows of logits add up to 1 even where they are enormous; probabilities come through untouched."""
    model = Model.load(write_model())
    batch = np.zeros((1, 6, 8, 3), dtype=np.float32) + np.array([1000, 1001, -1000], dtype=np.float32)
    np.testing.assert_allclose(model.infer(batch), [[0.26894143, 0.7310586, 0]], atol=1e-6)


def test_probabilities_come_through_untouched(write_model) -> None:
    """Where the card says probabilities, nothing is done to them."""
    model = Model.load(write_model(output={"kind": "probabilities"}))
    batch = np.zeros((1, 6, 8, 3), dtype=np.float32) + np.array([0.5, 0.25, 0.25], dtype=np.float32)
    np.testing.assert_allclose(model.infer(batch), [[0.5, 0.25, 0.25]])


def test_equals_stand_in_the_order_of_the_labels(write_model) -> None:
    """The same photo gets the same answer always, also where two classes are level."""
    model = Model.load(write_model())
    assert [each.label for each in model.rank(np.array([[0.2, 0.4, 0.4]], dtype=np.float32), 9)[0]] == [
        "green",
        "red",
        "blue",
    ]


def test_nothing_asked_is_nothing_answered(write_model) -> None:
    """No photos, no answers, no error."""
    assert Model.load(write_model()).predict([]) == []


def test_several_threads_may_ask_at_once(write_model, photo) -> None:
    """One loaded model serves all threads of a server, each with its own answer."""
    model = Model.load(write_model(), threads=2)
    colours = ["red", "lime", "blue"] * 40
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda colour: model.predict([photo(colour)])[0][0].label, colours))
    assert answers == ["red", "green", "blue"] * 40


def test_one_bad_photo_refuses_the_batch(write_model, photo) -> None:
    """An upload that is no image is told, not skipped."""
    with pytest.raises(ImageError):
        Model.load(write_model()).predict([photo("red"), b"no image"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"input": {"name": "x"}}, r"inputs are pixels, but input\.name of the card says x"),
        ({"input": {"width": 9}}, r"input pixels has shape .* card wants \[batch, 6, 9, 3\]"),
        ({"input": {"layout": "NCHW"}}, r"card wants \[batch, 3, 6, 8\]"),
        ({"input": {"dtype": "uint8"}}, r"is tensor\(float\), but the card wants tensor\(uint8\)"),
        ({"output": {"name": "y"}}, r"outputs are scores, but output\.name of the card says y"),
        ({"output": {"classes": 4}}, r"output scores has shape .* card wants \[batch, 4\]"),
        ({"labels": "blue\ngreen\n"}, r"labels\.txt: expected 3 lines \(output\.classes\), found 2"),
        ({"labels": "blue\n \nred\n"}, r"labels\.txt: line 2: expected a label"),
        ({"raw": network(4)}, r"input pixels has shape \[4, 6, 8, 3\]"),
    ],
)
def test_a_model_unlike_its_card_is_refused(write_model, changes, reason) -> None:
    """Whatever the card says of inputs, outputs, shapes or labels, the model must be so."""
    with pytest.raises(CardError, match=reason):
        Model.load(write_model(**changes))


@pytest.mark.parametrize(
    "raw", [b"no model", network(domain="com.example.made.up")], ids=["bytes", "custom operator"]
)
def test_what_onnxruntime_cannot_run_is_refused_in_one_line(write_model, raw) -> None:
    """Bytes that are no model, and operators that nobody knows, are refused when loading."""
    with pytest.raises(VerifyError, match="onnxruntime cannot load it") as error:
        Model.load(write_model(raw))
    assert "\n" not in error.value.message


@pytest.mark.parametrize("place", ["../secret", "weights.bin", "/etc/hostname"])
def test_a_model_that_reaches_for_other_files_is_refused(write_model, tmp_path, place) -> None:
    """Weights kept outside the model's file are never read."""
    (tmp_path / "secret").write_bytes(b"\0" * 16)
    with pytest.raises(VerifyError, match=r"(?i)external data"):
        Model.load(write_model(_reaching_for(place)))


def _reaching_for(place: str) -> bytes:
    model = onnx.load_from_string(network())
    bias = numpy_helper.from_array(np.zeros(3, dtype=np.float32), "bias")
    set_external_data(bias, location=place, offset=0, length=12)
    bias.ClearField("raw_data")
    model.graph.initializer.append(bias)
    model.graph.node[0].output[0] = "means"
    model.graph.node.append(onnx.helper.make_node("Add", ["means", "bias"], ["scores"]))
    return model.SerializeToString()


def test_an_answer_that_is_no_number_is_an_error(write_model) -> None:
    """A network that overflows gives an error, never a label."""
    model = Model.load(write_model())
    with pytest.raises(PredictionError, match="expected 3 finite numbers"):
        model.infer(np.full((1, 6, 8, 3), np.nan, dtype=np.float32))


def test_a_batch_of_another_shape_is_an_error_of_ours(write_model) -> None:
    """What onnxruntime says of a wrong batch comes as one line."""
    with pytest.raises(PredictionError, match="colours: "):
        Model.load(write_model()).infer(np.zeros((1, 5, 5, 3), dtype=np.float32))


def test_a_model_that_was_changed_is_not_loaded(model_directory) -> None:
    """Loading verifies: one changed label is enough."""
    (model_directory / "labels.txt").write_text("BLUE\ngreen\nred\n")
    with pytest.raises(VerifyError, match="sha256"):
        Model.load(model_directory)
