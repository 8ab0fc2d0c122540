"""Find what makes the answers of a network random, or dependent on the other photos of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from seatrial.errors import RefusedError
from seatrial.model.card.graph import constants, every_node, value

RANDOM: Final = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}
)


def refuse_randomness(graph: Any, source: str) -> None:
    """Raise RefusedError if `graph` has a random operator, or an operator in training mode."""
    found = list(dict.fromkeys(_faults(graph)))
    if found:
        raise RefusedError(
            f"{source} gives other answers for the same photo: {', '.join(found[:4])}",
            "call `model.eval()` before the export (PyTorch), or export with training=False (Keras)",
        )


def _faults(graph: Any) -> Iterator[str]:
    known = constants(graph)
    for node in every_node(graph):
        if node.op_type in RANDOM:
            yield f"operator {node.op_type}"
        elif node.op_type == "Dropout" and _is_training(node, known):
            yield "Dropout in training mode"
        elif node.op_type == "BatchNormalization" and _learns(node):
            yield "BatchNormalization in training mode"


def _is_training(node: Any, known: dict[str, Any]) -> bool:
    mode = node.input[2] if len(node.input) > 2 else ""
    return bool(mode) and (mode not in known or bool(value(known[mode]).any()))


def _learns(node: Any) -> bool:
    # Until opset 13 the additional outputs were the sign of the training mode.
    mode = next((each.i for each in node.attribute if each.name == "training_mode"), 0)
    return bool(mode) or len([name for name in node.output if name]) > 1
