"""Quantised networks answer as their parents, in every form that a card can describe."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

import digits
from imagemodel.card import load_card
from imagemodel.classifier import ImageClassifier
from networks import photo, write_model
from seatrial.errors import RefusedError
from seatrial.model.optimization.calibration import MOST, calibration_photos
from seatrial.model.optimization.writing import write_quantised


def photos(folder: Path, classes: int, channels: str = "RGB") -> list[Path]:
    """Write a photo of each class and return the paths."""
    folder.mkdir()
    paths = [folder / f"{index}.png" for index in range(classes)]
    for index, path in enumerate(paths):
        path.write_bytes(photo(index, classes, channels))
    return paths


@pytest.mark.parametrize(
    ("classes", "form"),
    [
        (3, {}),
        (2, {"output": "probabilities"}),
        (3, {"layout": "NHWC", "dtype": "uint8"}),
        (3, {"channels": "BGR", "batch": 1}),
        (2, {"channels": "GRAY"}),
        (20, {"output": "probabilities", "layout": "NHWC"}),
    ],
)
def test_a_quantised_network_gives_the_labels_of_its_parent(
    tmp_path: Path, classes: int, form: dict[str, str]
) -> None:
    """Input, output and labels are the same, and probabilities still add up to 1."""
    write_model(tmp_path / "parent", classes, **form)  # type: ignore[arg-type]
    paths = photos(tmp_path / "photos", classes, form.get("channels", "RGB"))
    (tmp_path / "int8").mkdir()
    write_quantised(tmp_path / "parent", paths, "2.0.0", tmp_path / "int8")
    model = ImageClassifier.load(tmp_path / "int8")
    answers = [model.predict([path.read_bytes()], top=classes)[0] for path in paths]
    assert [each[0].index for each in answers] == list(range(classes))
    assert [sum(one.probability for one in each) for each in answers] == pytest.approx(
        [1] * classes, abs=1e-4
    )
    assert load_card(tmp_path / "int8").parent == load_card(tmp_path / "parent").digest


def test_the_scores_have_more_than_256_values(tmp_path: Path) -> None:
    """In steps of a 256th of their range, labels with near scores would change places."""
    digits.write_model(tmp_path / "parent")
    (tmp_path / "int8").mkdir()
    (tmp_path / "photo.png").write_bytes(digits.png(digits.training().images[0]))
    write_quantised(tmp_path / "parent", [tmp_path / "photo.png"], "2.0.0", tmp_path / "int8")
    nodes = onnx.load(tmp_path / "int8" / "model.onnx").graph.node
    (softmax,) = [node for node in nodes if node.op_type == "Softmax"]
    assert [node.op_type for node in nodes if softmax.input[0] in node.output] == ["Gemm"]


def test_a_network_that_cannot_be_quantised_is_a_refusal_of_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What onnxruntime raises is the reason."""
    write_model(tmp_path / "parent", 2)
    (tmp_path / "int8").mkdir()

    def fail(*_: object, **__: object) -> None:
        raise ValueError("no rule\nfor this operator")

    monkeypatch.setattr("seatrial.model.optimization.quantising.quantize_static", fail)
    with pytest.raises(RefusedError, match="cannot be quantised: ValueError: no rule for this operator"):
        write_quantised(tmp_path / "parent", photos(tmp_path / "photos", 2), "2.0.0", tmp_path / "int8")


def test_of_many_photos_a_part_of_every_folder_is_used(tmp_path: Path) -> None:
    """They are chosen evenly, and the same ones every time."""
    for label in ("a", "b", "c"):
        (tmp_path / label).mkdir()
        for number in range(MOST // 2):
            (tmp_path / label / f"{number}.jpg").touch()
    chosen = calibration_photos(tmp_path, [])
    assert len(chosen) == len(set(chosen)) == MOST
    assert {path.parent.name for path in chosen} == {"a", "b", "c"}
    assert chosen == calibration_photos(tmp_path, [])
