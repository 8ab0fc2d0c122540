"""optimize: an 8-bit version of a real network, judged against its parent on real digits."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

import digits
from imagemodel.card import load_card
from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Settings
from seatrial.stages.optimize import OptimizeRequest, OptimizeResult, optimize
from seatrial.workspace import Workspace

EVALUATED = 200
Optimise = Callable[[OptimizeRequest], OptimizeResult]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> OptimizeRequest:
    """A model, the sets that judge it, and photos for its calibration that are in neither."""
    folder = tmp_path_factory.mktemp("digits")
    digits.write_model(folder / "model")
    golden = digits.write_golden(folder / "golden")
    digits.write_evaluation(folder / "evaluation", EVALUATED)
    sample = digits.training()
    (folder / "photos" / "seen").mkdir(parents=True)
    judging = {photo.path.name.partition("-")[2] for photo in golden.photos}
    for place in range(0, len(sample.images), 7):
        name = f"{place:04}.png"
        if name not in judging:
            (folder / "photos" / "seen" / name).write_bytes(digits.png(sample.images[place]))
    return OptimizeRequest(
        folder / "model",
        folder / "photos",
        folder / "int8",
        "1.0.0-int8",
        folder / "golden",
        folder / "evaluation",
    )


@pytest.fixture
def request_(made: OptimizeRequest, tmp_path: Path) -> OptimizeRequest:
    """The request with a directory of its own to write."""
    return replace(made, out=tmp_path / "int8")


@pytest.fixture
def run(settings: Settings, workspace: Workspace) -> Optimise:
    """Run the stage."""
    return lambda request: optimize(settings, workspace, request)


def test_the_new_model_names_its_parent_and_is_not_worse(run: Optimise, request_: OptimizeRequest) -> None:
    """Its weights are 8-bit integers, and every check against the parent passes."""
    result = run(request_)
    card, parent = load_card(request_.out), load_card(request_.model)
    assert (card.schema, card.version, card.parent) == (2, "1.0.0-int8", parent.digest)
    assert (card.input, card.output, dict(card.metrics)) == (parent.input, parent.output, {})
    assert (request_.out / "labels.txt").read_bytes() == (request_.model / "labels.txt").read_bytes()
    weights = onnx.load(request_.out / "model.onnx").graph.initializer
    assert [each for each in weights if each.data_type == onnx.TensorProto.INT8 and len(each.dims) == 2]
    assert (result.parent.digest, result.model.digest) == (parent.digest, card.digest)
    assert len(result.agreement) == 2
    judged = [check for check in result.verdicts if check.name == "evaluation: not worse than the live model"]
    assert [(check.passed, check.judged) for check in judged] == [(True, True)]


def test_the_same_photos_give_the_same_model(
    run: Optimise, request_: OptimizeRequest, tmp_path: Path
) -> None:
    """So that it can be made again, and compared by its digest."""
    again = replace(request_, out=tmp_path / "again", evaluation=None)
    assert run(replace(request_, evaluation=None)).model == run(again).model


@pytest.mark.parametrize("kind", ["golden", "evaluation"])
def test_a_photo_that_also_judges_the_model_is_refused(
    run: Optimise, request_: OptimizeRequest, tmp_path: Path, kind: str
) -> None:
    """It is found by its bytes, under another name in another folder; nothing is written."""
    source = min((request_.model.parent / kind).glob("*.png"))
    shutil.copytree(request_.photos, tmp_path / "photos")
    shutil.copy(source, tmp_path / "photos" / "seen" / "renamed.png")
    with pytest.raises(RefusedError, match=rf"1 of .*renamed\.png is {source.name}"):
        run(replace(request_, photos=tmp_path / "photos"))
    assert not request_.out.exists()


def test_a_quantised_model_that_fails_the_gate_is_not_written(
    run: Optimise, request_: OptimizeRequest, tmp_path: Path
) -> None:
    """Black photos give activations without a range; the error has the checks, and no directory remains."""
    (tmp_path / "black").mkdir()
    (tmp_path / "black" / "black.png").write_bytes(digits.png(np.zeros(64, np.float32)))
    with pytest.raises(RefusedError, match="the quantised model failed") as raised:
        run(replace(request_, photos=tmp_path / "black"))
    assert "FAILED" in raised.value.log
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(("int8", "."))) == []


def test_an_older_opset_is_converted(run: Optimise, request_: OptimizeRequest, tmp_path: Path) -> None:
    """Scales by channel need opset 13."""
    network = digits.good().model()
    network.opset_import[0].version = 11
    digits.write_model(tmp_path / "older", model=network)
    run(replace(request_, model=tmp_path / "older", evaluation=None))
    assert onnx.load(request_.out / "model.onnx").opset_import[0].version >= 13


def test_a_file_that_is_no_photo_is_named(run: Optimise, request_: OptimizeRequest, tmp_path: Path) -> None:
    """The whole calibration is refused."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "text.png").write_text("text")
    with pytest.raises(RefusedError, match=r"text\.png: not a JPEG, PNG or WebP image"):
        run(replace(request_, photos=tmp_path / "photos"))


def test_wrong_inputs_are_refused_before_anything_is_read(
    run: Optimise, request_: OptimizeRequest, tmp_path: Path
) -> None:
    """Each error names what to give."""
    (tmp_path / "empty").mkdir()
    for change, kind, message in (
        ({"model": tmp_path / "none"}, UsageError, "MODEL: .* is not a directory"),
        ({"photos": tmp_path / "none"}, UsageError, "PHOTOS: .* is not a directory"),
        ({"photos": tmp_path / "empty"}, UsageError, "PHOTOS: .* has no photo"),
        ({"version": "../1"}, UsageError, "VERSION: .* is not a version"),
        ({"version": "1.0.0"}, UsageError, "is that of the model itself"),
        ({"out": tmp_path / "empty"}, RefusedError, "OUT: .* exists"),
    ):
        with pytest.raises(kind, match=message):
            run(replace(request_, **change))  # type: ignore[arg-type]
