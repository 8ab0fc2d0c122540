"""Metadata of the server and its model, as the protocol defines them."""

from __future__ import annotations

from typing import Final

from classifier.routes.v2.shapes import IndexedModel, ModelMetadata, ServerMetadata, TensorMetadata
from imagemodel.card import Card

SERVER: Final = "seatrial"
EXTENSIONS: Final = ("binary_tensor_data", "classification", "parameters")
PLATFORM: Final = "onnx_onnxv1"
PROBABILITIES: Final = "probabilities"
DATATYPES: Final = {"float32": "FP32", "uint8": "UINT8"}
"""The protocol's name of each `input.dtype` of a card."""


def server_metadata(commit: str) -> ServerMetadata:
    """Return the name, version and extensions of the server; the version is the commit of the app."""
    return {"name": SERVER, "version": commit, "extensions": list(EXTENSIONS)}


def model_metadata(card: Card) -> ModelMetadata:
    """Return the name, version, inputs and outputs of the model; the digest is a parameter."""
    photo = tensor(card.input.name, DATATYPES[card.input.dtype], -1, *card.input.shape)
    return {
        "name": card.name,
        "versions": [card.version],
        "platform": PLATFORM,
        "inputs": [photo],
        "outputs": [tensor(name, "FP32", -1, card.output.classes) for name in output_names(card)],
        "parameters": {"digest": card.digest},
    }


def output_names(card: Card) -> tuple[str, ...]:
    """Return the network's own output, and `probabilities` where that has logits.

    A network whose output of logits is itself named `probabilities` has only that.
    """
    if card.output.kind == "probabilities" or card.output.name == PROBABILITIES:
        return (card.output.name,)
    return (card.output.name, PROBABILITIES)


def tensor(name: str, datatype: str, *shape: int) -> TensorMetadata:
    """Return the metadata of a tensor."""
    return {"name": name, "datatype": datatype, "shape": list(shape)}


def model_index(card: Card) -> list[IndexedModel]:
    """Return the models of the server: the one of `card`, which is loaded."""
    return [{"name": card.name, "version": card.version, "state": "READY", "reason": ""}]
