"""Create an onnxruntime session and compare its inputs and outputs with the card."""

import os
from pathlib import Path
from typing import Any, Final

# onnxruntime reads this setting only at import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort

from imagemodel.card import Card
from imagemodel.errors import CardError, VerifyError

_TYPES: Final = {"float32": "tensor(float)", "uint8": "tensor(uint8)"}
_ERRORS_ONLY: Final = 3


def open_session(path: Path, threads: int) -> ort.InferenceSession:
    """Return a CPU session with `threads` threads. Raises VerifyError if onnxruntime cannot load the file."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Spinning threads use up the container's CPU quota.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    # The only common base of onnxruntime's errors is Exception.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise VerifyError(
            f"{path}: onnxruntime cannot load the model: {reason}", "export the model to ONNX again"
        ) from error


def check_session(session: ort.InferenceSession, card: Card, path: Path) -> None:
    """Raise CardError unless the network's only input and its output match `card`.

    A dynamic dimension matches any size. The batch dimension must be dynamic or 1.
    """
    inputs = session.get_inputs()
    if [each.name for each in inputs] != [card.input.name]:
        names = ", ".join(each.name for each in inputs)
        raise CardError(f"{path}: the inputs are {names}, but the card has input.name {card.input.name}")
    _check_tensor(path, inputs[0], "input", _TYPES[card.input.dtype], card.input.shape)
    for output in session.get_outputs():
        if output.name == card.output.name:
            return _check_tensor(path, output, "output", "tensor(float)", (card.output.classes,))
    names = ", ".join(each.name for each in session.get_outputs())
    raise CardError(f"{path}: the outputs are {names}, but the card has output.name {card.output.name}")


def _check_tensor(path: Path, found: Any, side: str, kind: str, shape: tuple[int, ...]) -> None:
    if found.type != kind:
        raise CardError(f"{path}: {side} {found.name} has type {found.type}, but the card requires {kind}")
    dimensions = found.shape or []
    if len(dimensions) != 1 + len(shape) or not all(map(_dimension_matches, dimensions, (1, *shape))):
        required = ", ".join(map(str, shape))
        raise CardError(
            f"{path}: {side} {found.name} has shape {found.shape}, but the card requires [batch, {required}]"
        )


def _dimension_matches(found: object, size: int) -> bool:
    return not isinstance(found, int) or found == size
