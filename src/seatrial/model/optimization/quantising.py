"""Static quantisation of a network to 8-bit integers, by onnxruntime."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import onnx
from onnx import version_converter
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from imagemodel.classifier import ImageClassifier
from imagemodel.errors import ImageModelError
from seatrial.errors import RefusedError
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.optimization.float_start import fastest_count, first_nodes

LEAST_OPSET: Final = 13
"""The first with a scale for each channel of a weight."""
# The probabilities of 256 steps would not add up to 1.
KEPT_OPERATORS: Final = frozenset({"Softmax", "LogSoftmax"})
# The scores keep their precision, so that near labels keep their order.
FLOAT_OUTPUTS: Final = ("Gemm", "MatMul")


def quantise(source: Path, model: ImageClassifier, photos: Sequence[Path], target: Path) -> int:
    """Write the network `source` to `target` with 8-bit weights, by channel, and 8-bit activations.

    The ranges of the activations are those that `model`, which is loaded from `source`, has for `photos`.
    Return how many convolutions at its start stay floating point because that is faster on this machine.
    Raises RefusedError if a photo cannot be decoded or the network cannot be quantised.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-quantise-") as folder, refusing_invalid():
        try:
            prepared = _prepared(source, Path(folder))
            count = _fastest_count(prepared, model, photos[:1], Path(folder))
            _quantise(prepared, _Photos(model, photos), first_nodes(prepared, count), target)
        except (MemoryError, ImageModelError):
            raise
        # onnx and onnxruntime have no other common base of their errors.
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise RefusedError(
                f"the network cannot be quantised: {reason}", "serve it as it is, or export it again"
            ) from error
    return count


def _fastest_count(
    prepared: onnx.ModelProto, model: ImageClassifier, photos: Sequence[Path], folder: Path
) -> int:
    # The ranges of the activations have no influence on the time, so one photo is enough.
    def quantised(kept: list[str], path: Path) -> None:
        _quantise(prepared, _Photos(model, photos), kept, path)

    (inputs,) = _Photos(model, photos).inputs
    return fastest_count(prepared, quantised, inputs, folder)


def _quantise(network: onnx.ModelProto, reader: _Photos, kept: list[str], target: Path) -> None:
    operators = [node.name for node in network.graph.node if node.op_type in KEPT_OPERATORS]
    # A copy: quantize_static changes the network.
    copy = onnx.ModelProto()
    copy.CopyFrom(network)
    quantize_static(
        copy,
        str(target),
        reader,
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=operators + kept,
        extra_options={"OpTypesToExcludeOutputQuantization": list(FLOAT_OUTPUTS)},
    )


def _prepared(source: Path, folder: Path) -> onnx.ModelProto:
    """Return the network with shapes, simplified by onnxruntime, and with a name for each node."""
    network = onnx.load(source)
    opset = next((each.version for each in network.opset_import if each.domain in ("", "ai.onnx")), 0)
    if opset < LEAST_OPSET:
        network = version_converter.convert_version(network, LEAST_OPSET)
    # The symbolic shapes need another package; those of onnx suffice for image classifiers.
    quant_pre_process(network, str(folder / "prepared.onnx"), skip_symbolic_shape=True)
    prepared = onnx.load(folder / "prepared.onnx")
    for number, node in enumerate(prepared.graph.node):
        node.name = node.name or f"node-{number}"
    return prepared


class _Photos(CalibrationDataReader):  # type: ignore[misc]
    """Gives onnxruntime the input of the network for each photo, prepared as by the app."""

    def __init__(self, model: ImageClassifier, photos: Sequence[Path]) -> None:
        self.inputs = self._read(model, photos)

    def get_next(self) -> dict[str, Any] | None:
        """Return the next input, or None."""
        return next(self.inputs, None)

    @staticmethod
    def _read(model: ImageClassifier, photos: Sequence[Path]) -> Iterator[dict[str, Any]]:
        for path in photos:
            try:
                yield {model.card.input.name: model.prepare([path.read_bytes()])}
            except ImageModelError as error:
                raise type(error)(f"{path}: {error.message}", error.hint) from error
