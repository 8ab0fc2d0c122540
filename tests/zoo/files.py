"""Model directories with files that must not be read, written or followed."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import onnx
from onnx.external_data_helper import convert_model_to_external_data

from samples import reseal


def external_data(folder: Path) -> None:
    """Move the weights to a file beside the model, as exporters of large networks do."""
    model = onnx.load(folder / "model.onnx")
    convert_model_to_external_data(model, location="weights.md", size_threshold=0)
    onnx.save(model, folder / "model.onnx")
    reseal(folder)


def unknown_opset(folder: Path) -> None:
    """Give the network an opset that the installed onnx does not have yet."""
    model = onnx.load(folder / "model.onnx")
    model.opset_import[0].version = onnx.defs.onnx_opset_version() + 1
    onnx.save(model, folder / "model.onnx")
    reseal(folder)


def pickle_renamed(folder: Path) -> None:
    """Put a pickle in the place of the network."""
    (folder / "model.onnx").write_bytes(pickle.dumps({"weights": [0.0] * 100}))
    reseal(folder)


def pickle_added(folder: Path) -> None:
    """Add a pickle, as a directory of PyTorch has."""
    (folder / "weights.pkl").write_bytes(pickle.dumps([0.0]))
    reseal(folder)


def symlink(folder: Path) -> None:
    """Let the labels be a link to a file outside the directory."""
    outside = folder.parent / "outside.txt"
    outside.write_bytes((folder / "labels.txt").read_bytes())
    (folder / "labels.txt").unlink()
    (folder / "labels.txt").symlink_to(outside)


def path_traversal(folder: Path) -> None:
    """Name a file above the directory on the card."""
    card = json.loads((folder / "model.json").read_text())
    card["files"]["../outside.txt"] = card["files"]["labels.txt"]
    (folder / "model.json").write_text(json.dumps(card))
