"""Read an ONNX file with its weights, also those in files beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx.external_data_helper import load_external_data_for_model, uses_external_data

from seatrial.errors import RefusedError, UsageError
from seatrial.model.card.graph import every_node, subgraphs

MAX_BYTES: Final = 2_000_000_000
"""An ONNX file in one piece is a protocol buffer, which has less than 2 GiB."""

EXPORT: Final = "export the network to ONNX again"


def read_onnx(path: Path) -> tuple[Any, list[str]]:
    """Return the model in the file at `path`, with all weights in memory, and what was joined to it.

    Raises UsageError if there is no such file, RefusedError if it is not ONNX, is too large, or a file with
    weights is missing or outside the directory of `path`.
    """
    model = load_graph(path)
    files = external_files(model)
    if not files:
        return model, []
    _require_files(path, files)
    try:
        load_external_data_for_model(model, str(path.parent))
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise RefusedError(f"{path}: weights cannot be read: {_line(error)}", EXPORT) from error
    return model, [f"joined the weights in {', '.join(files[:3])}{' …' * (len(files) > 3)} into the file"]


def load_graph(path: Path) -> Any:
    """Return the model in the file at `path`, without weights in other files. Raises as `read_onnx`."""
    if not path.is_file():
        raise UsageError(
            f"ONNX: {path} is not a file", "pass the file that the exporter wrote, ONNX=model.onnx"
        )
    try:
        model = onnx.load(path, load_external_data=False)
        if not model.HasField("graph") or not model.graph.node:
            raise DecodeError("it contains no network")
    except (DecodeError, OSError, RecursionError, ValueError) as error:
        raise RefusedError(f"{path} is not an ONNX file: {_line(error)}", EXPORT) from error
    return model


def external_files(model: Any) -> list[str]:
    """Return the files beside the model's own in which it has weights, as paths relative to it."""
    return sorted({_location(tensor) for tensor in _tensors(model.graph) if uses_external_data(tensor)})


def _require_files(path: Path, files: list[str]) -> None:
    folder = path.parent.resolve()
    for name in files:
        target = (folder / name).resolve()
        if not target.is_relative_to(folder):
            raise RefusedError(f"{path}: its weights are in {name}, outside of its directory", EXPORT)
        if not target.is_file():
            raise RefusedError(
                f"{path}: its weights are in {name}, which is missing", f"put {name} beside {path.name}"
            )
    total = path.stat().st_size + sum((folder / name).stat().st_size for name in files)
    if total > MAX_BYTES:
        raise RefusedError(
            f"{path}: with its weights it has {total:,} bytes, the limit is {MAX_BYTES:,}",
            "export it with smaller weights, for example as float16",
        )


def _tensors(graph: Any) -> list[Any]:
    graphs = [graph, *(inner for node in every_node(graph) for inner in subgraphs(node))]
    found = [tensor for each in graphs for tensor in each.initializer]
    for node in every_node(graph):
        for attribute in node.attribute:
            found += [attribute.t, *attribute.tensors]
    return found


def _location(tensor: Any) -> str:
    return next((entry.value for entry in tensor.external_data if entry.key == "location"), "")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
