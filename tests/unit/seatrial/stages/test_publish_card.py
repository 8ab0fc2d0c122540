"""publish compares the card with the network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from colours import SIDE
from samples import reseal
from seatrial.errors import RefusedError
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace


def card(model: Path, part: str) -> dict[str, object]:
    """Return a part of a model's card."""
    found: dict[str, object] = json.loads((model / "model.json").read_text())[part]
    return found


def another_height(model: Path) -> None:
    """Let the card have another height than the network."""
    reseal(model, input={**card(model, "input"), "height": SIDE + 1})


def another_input(model: Path) -> None:
    """Let the card name an input that the network does not have."""
    reseal(model, input={**card(model, "input"), "name": "pixels"})


def another_output(model: Path) -> None:
    """Let the card name an output that the network does not have."""
    reseal(model, output={**card(model, "output"), "name": "scores"})


def other_classes(model: Path) -> None:
    """Let the card and the labels have a class that the network does not have."""
    (model / "labels.txt").write_text("red\ngreen\nblue\nyellow\n")
    reseal(model, output={**card(model, "output"), "classes": 4})


def fewer_labels(model: Path) -> None:
    """Let the labels be fewer than the classes of card and network."""
    (model / "labels.txt").write_text("red\ngreen\n")
    reseal(model)


def other_kind(model: Path) -> None:
    """Let the card name the numbers of the network what they are not."""
    kind = "logits" if card(model, "output")["kind"] == "probabilities" else "probabilities"
    reseal(model, output={**card(model, "output"), "kind": kind})


def no_network(model: Path) -> None:
    """Replace the network by other bytes."""
    (model / "model.onnx").write_bytes(b"no network")
    reseal(model)


DISAGREEING: dict[str, tuple[Callable[[Path], None], str]] = {
    "height": (another_height, "shape"),
    "input": (another_input, r"input\.name pixels"),
    "output": (another_output, r"output\.name scores"),
    "classes": (other_classes, "shape"),
    "labels": (fewer_labels, r"expected 3 lines"),
    "kind": (other_kind, r"output\.kind"),
    "network": (no_network, "onnx: readable"),
}


@pytest.mark.parametrize("name", DISAGREEING)
def test_a_card_that_disagrees_with_its_network_is_not_published(
    settings: Settings, workspace: Workspace, store: Path, model: Path, name: str
) -> None:
    """No version is spent and no channel moved: the store is not even created."""
    change, reason = DISAGREEING[name]
    change(model)
    with pytest.raises(RefusedError, match=reason):
        publish(settings, workspace, model=model)
    assert not store.exists()
