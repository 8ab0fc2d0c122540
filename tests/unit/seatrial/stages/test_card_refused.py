"""What card refuses; nothing half-written is left."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from onnx import helper

from card_maker import Maker
from networks import labels, network
from seatrial.errors import RefusedError, UsageError
from seatrial.model.card import sealing


@pytest.mark.parametrize("what", ["other model", "other file", "changed labels", "a file"])
def test_a_directory_with_other_content_stays(maker: Maker, what: str) -> None:
    """What is there already is not overwritten."""
    request = maker.request(network(3), labels(3))
    if what == "a file":
        request.out.parent.mkdir()
        request.out.write_text("notes")
    else:
        maker.make(request if what != "other model" else replace(request, version="0.9.0"))
    if what == "other file":
        (request.out / "notes.txt").write_text("notes")
    if what == "changed labels":
        (request.out / "labels.txt").write_text("blue\nred\ngreen\n")
    with pytest.raises(RefusedError, match="exists with other content"):
        maker.make(request)
    assert [path.name for path in request.out.parent.iterdir()] == ["model"]


def test_all_that_is_missing_is_named_at_once(maker: Maker) -> None:
    """Where nobody can answer, nothing is read or written."""
    request = maker.request(network(3), labels(3), name="", version="", licence="", preset="")
    with pytest.raises(UsageError, match="NAME, VERSION, LICENCE and PRESET are missing") as raised:
        maker.make(request)
    assert "LICENCE=MIT" in raised.value.hint
    assert maker.left == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "Mine"}, "NAME: 'Mine' is not a name"),
        ({"version": "channels"}, "VERSION: 'channels'"),
        (
            {"onnx": "az://account/container/m.onnx?sig=secret"},
            "ONNX is not the address of a file in a store",
        ),
        ({"labels": "https://account.example/l.txt"}, "LABELS is not the address"),
        ({"licence": "MIT\n"}, "LICENCE: expected a text of one line"),
        ({"preset": "keras"}, "PRESET: keras does not fit"),
        ({"photo": Path("nothing.jpg")}, "PHOTO: nothing.jpg is not a file"),
        ({"onnx": "nothing.onnx"}, "ONNX: nothing.onnx is not a file"),
    ],
)
def test_an_invalid_value_is_wrong_usage(maker: Maker, fields: dict[str, Any], words: str) -> None:
    """The error names the variable, and nothing is written."""
    request = replace(maker.request(network(3), labels(3)), **fields)
    with pytest.raises(UsageError, match=words):
        maker.make(request)
    assert maker.left == []


def test_a_file_that_is_no_photo_is_wrong_usage(maker: Maker) -> None:
    """The error is about the photo, not about the network."""
    request = maker.request(network(3), labels(3), photo=maker.folder / "synset.txt")
    with pytest.raises(UsageError, match="PHOTO: not a JPEG, PNG or WebP image"):
        maker.make(request)


def test_a_softmax_over_the_photos_is_refused(maker: Maker) -> None:
    """A network that ends with a softmax gives probabilities when it is run."""
    model = network(3)
    model.graph.node[-1].output[0] = "exact"
    model.graph.node.append(helper.make_node("Softmax", ["exact"], ["output"], axis=0))
    with pytest.raises(RefusedError, match="its probabilities do not add to 1"):
        maker.make(maker.request(model, labels(3)))
    assert maker.left == []


def test_a_network_that_onnxruntime_cannot_run_is_refused(maker: Maker) -> None:
    """The reason is that of onnxruntime, in one line."""
    model = network(3)
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 20
    with pytest.raises(RefusedError, match=r"exported\.onnx cannot be run: ") as raised:
        maker.make(maker.request(model, labels(3)))
    assert "\n" not in raised.value.message


def test_a_full_disk_leaves_nothing(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory appears as a whole or not at all, and no temporary one stays."""

    def disk_full(folder: Path, _description: object) -> None:
        (folder / "model.json").write_text("{")
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    request = maker.request(network(3), labels(3))
    monkeypatch.setattr(sealing, "seal", disk_full)
    with pytest.raises(OSError, match="No space left"):
        maker.make(request)
    assert list(request.out.parent.iterdir()) == []
