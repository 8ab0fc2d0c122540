"""card, from an exporter's file to a model directory that the app serves."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from card_maker import Maker, ScriptedUser
from imagemodel.card import load_card
from imagemodel.classifier import ImageClassifier
from networks import Normalisation, labels, network, photo
from seatrial.errors import UsageError
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

IMAGENET = Normalisation(1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.mark.parametrize(
    ("layout", "channels", "dtype", "batch", "output"),
    [
        ("NCHW", "RGB", "float32", "N", "logits"),
        ("NHWC", "GRAY", "float32", 1, "probabilities"),
        ("NCHW", "BGR", "float64", "N", "logits-4d"),
        ("NHWC", "RGB", "uint8", 1, "label-and-probabilities"),
        ("NCHW", "RGB", "float16", "N", "zipmap"),
        ("NHWC", "BGR", "float16", 1, "custom-vision"),
        ("NCHW", "GRAY", "uint8", "N", "logits"),
    ],
)
def test_every_form_is_served_with_its_labels(
    maker: Maker, layout: str, channels: str, dtype: str, batch: int | str, output: str
) -> None:
    """The app predicts the photo of each class as that class."""
    names = labels(3, channels)
    preset = "custom-vision" if channels == "BGR" else "raw"
    request = maker.request(network(3, layout, channels, dtype, batch, output), names, preset=preset)
    done = maker.make(request)
    model = ImageClassifier.load(request.out, digest=done.model.digest)
    best = model.predict([photo(index, 3, channels) for index in range(3)], top=1)
    assert [each[0].label for each in best] == list(names)
    assert min(each[0].probability for each in best) > 0.9


def test_a_made_model_can_be_published(maker: Maker, settings: Settings, workspace: Workspace) -> None:
    """The directory is complete and safe."""
    request = maker.request(network(3, dtype="float16", output="custom-vision"), labels(3))
    done = maker.make(request)
    assert publish(settings, workspace, model=request.out).model == done.model


def test_the_card_names_the_file_and_what_was_changed(maker: Maker) -> None:
    """The origin of a model stays with it."""
    request = maker.request(
        network(3, output="zipmap"), ("n00000001 red", "n00000002 blue", "n00000003 green")
    )
    done = maker.make(request)
    made = load_card(request.out)
    assert made.schema == 2
    assert made.origin
    assert (made.origin.preset, made.origin.changes) == ("raw", done.changes)
    assert done.changes == (
        "took the scores before the map output_probability",
        "removed the output output_label",
        "cut off the WordNet id before each label",
    )


def test_the_same_again_changes_nothing(maker: Maker) -> None:
    """A repeated command ends well, and the digest is the same."""
    request = maker.request(network(3, dtype="float16"), labels(3))
    first, second = maker.make(request), maker.make(request)
    assert (first.created, second.created) == (True, False)
    assert first.model == second.model


def test_a_photo_shows_what_each_preset_makes_of_it(maker: Maker) -> None:
    """The table has a row for each preset that fits; then the error names PRESET."""
    request = maker.request(network(3, normalisation=IMAGENET), labels(3), preset="", photo=maker.photo(1))
    user = ScriptedUser()
    with pytest.raises(UsageError, match="PRESET is missing") as raised:
        maker.make(request, user)
    assert "torchvision or keras-tf or keras-caffe or raw or custom-vision or unit" in raised.value.hint
    rows = {line.split()[0]: line for line in user.shown[0].splitlines() if line.strip()}
    assert "blue 1.00" in rows["torchvision"]
    assert "red" in rows["custom-vision"].split("stretched")[1].split(",")[0]
    assert maker.left == []


def test_what_is_missing_is_asked_for_on_a_terminal(maker: Maker) -> None:
    """An answer that a card cannot have is asked for again; an empty one takes the default."""
    request = maker.request(network(3), labels(3), name="", version="", licence="", preset="")
    user = ScriptedUser(name=[""], version=["1/2", ""], licence=["MIT"], preset=["imagenet", "raw"])
    done = maker.make(request, user)
    assert (done.model.name, done.model.version, done.preset) == ("exported", "1.0.0", "raw")
    assert user.refused == ["VERSION: '1/2' is not a version", "PRESET: 'imagenet' does not fit"]


def test_a_softmax_in_parts_is_recognised_by_running(maker: Maker) -> None:
    """Exponentials divided by their sum are probabilities, without an operator of that name."""
    model = network(3)
    model.graph.node[-1].output[0] = "exact"
    model.graph.node.extend(
        [
            helper.make_node("Exp", ["exact"], ["powers"]),
            helper.make_node("ReduceSum", ["powers", "axis"], ["sum"], keepdims=1),
            helper.make_node("Div", ["powers", "sum"], ["output"]),
        ]
    )
    model.graph.initializer.append(numpy_helper.from_array(np.array([1]), "axis"))
    assert maker.make(maker.request(model, labels(3))).output == "output: 3 classes, probabilities"


def test_a_network_that_takes_one_photo_only_gets_a_batch_of_one(maker: Maker) -> None:
    """A dynamic batch that fails for several photos is fixed at 1; the app then predicts one at a time."""
    model = network(3)
    model.graph.node[-1].output[0] = "exact"
    model.graph.initializer.append(numpy_helper.from_array(np.array([1, 3]), "one_row"))
    model.graph.node.append(helper.make_node("Reshape", ["exact", "one_row"], ["output"]))
    request = maker.request(model, labels(3))
    done = maker.make(request)
    assert done.changes == ("fixed its batch at 1, because it fails for several photos at once",)
    best = ImageClassifier.load(request.out).predict([photo(index, 3) for index in range(3)], top=1)
    assert [each[0].label for each in best] == list(labels(3))


def test_the_card_of_thousands_of_classes_has_no_labels_in_it(maker: Maker) -> None:
    """20,000 classes are served like three."""
    request = maker.request(network(20_000), labels(20_000), photo=maker.photo(19_999, 20_000))
    user = ScriptedUser()
    assert maker.make(request, user).output == "output: 20000 classes, logits"
    assert labels(20_000)[-1] in user.shown[0]
    assert len(json.loads((request.out / "model.json").read_text())["files"]) == 2


def test_a_container_with_a_model_file_and_synset_is_imported(maker: Maker) -> None:
    """Both files are read from a store by their addresses, with weights in a second file beside them."""
    flat = maker.folder / "container"
    flat.mkdir()
    saved: dict[str, Any] = {"save_as_external_data": True, "location": "model.data", "size_threshold": 0}
    onnx.save_model(network(3), flat / "model.onnx", **saved)
    (flat / "synset.txt").write_text("n00000001 red\nn00000002 blue\nn00000003 green\n")
    addresses: dict[str, Any] = {
        "onnx": f"{flat.as_uri()}/model.onnx",
        "labels": f"{flat.as_uri()}/synset.txt",
    }
    request = replace(maker.request(network(3), labels(3)), **addresses)
    assert maker.make(request).changes == (
        "joined the weights in model.data into the file",
        "cut off the WordNet id before each label",
    )
    best = ImageClassifier.load(request.out).predict([photo(2, 3)], top=1)
    assert best[0][0].label == "green"
