"""The one place that knows onnxruntime's sessions: open one, and compare it with the card."""

import os
from pathlib import Path
from typing import Any, Final

# It reports to its makers unless it is told not to, and only before it is loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort

from imagemodel.card import Card
from imagemodel.errors import CardError, VerifyError

_TYPES: Final = {"float32": "tensor(float)", "uint8": "tensor(uint8)"}
_ERRORS_ONLY: Final = 3


def open_session(path: Path, threads: int) -> ort.InferenceSession:
    """Return a session on the processor that uses `threads` threads; VerifyError if the file is no model."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Spinning threads eat the share of processor that a container is given.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    # onnxruntime's own errors share no base but Exception.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise VerifyError(
            f"{path}: onnxruntime cannot load it: {reason}", "export it as ONNX anew"
        ) from error


def check_session(session: ort.InferenceSession, card: Card, path: Path) -> None:
    """Refuse with CardError unless the model's one input and its output are as `card` says.

    A dimension that the model leaves open agrees with any number; the batch must be open or 1.
    """
    inputs = session.get_inputs()
    if [each.name for each in inputs] != [card.input.name]:
        names = ", ".join(each.name for each in inputs)
        raise CardError(f"{path}: its inputs are {names}, but input.name of the card says {card.input.name}")
    _agree(path, inputs[0], "input", _TYPES[card.input.dtype], card.input.shape)
    for output in session.get_outputs():
        if output.name == card.output.name:
            return _agree(path, output, "output", "tensor(float)", (card.output.classes,))
    names = ", ".join(each.name for each in session.get_outputs())
    raise CardError(f"{path}: its outputs are {names}, but output.name of the card says {card.output.name}")


def _agree(path: Path, found: Any, side: str, kind: str, shape: tuple[int, ...]) -> None:
    if found.type != kind:
        raise CardError(f"{path}: {side} {found.name} is {found.type}, but the card wants {kind}")
    batch, *rest = found.shape or [None]
    if len(rest) != len(shape) or not all(map(_fits, rest, shape)) or not _fits(batch, 1):
        wanted = ", ".join(map(str, shape))
        raise CardError(
            f"{path}: {side} {found.name} has shape {found.shape}, but the card wants [batch, {wanted}]"
        )


def _fits(found: object, wanted: int) -> bool:
    return not isinstance(found, int) or found == wanted
