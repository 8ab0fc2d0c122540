"""Read an ONNX file with its weights, also those in files beside it."""

from __future__ import annotations

from collections.abc import Iterator
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
        # The library returns text that is not UTF-8 as bytes.
        if any(isinstance(text, bytes) for text in _texts(model)):
            raise DecodeError("it has names that are not UTF-8")
    except (DecodeError, OSError, RecursionError, ValueError) as error:
        raise RefusedError(f"{path} is not an ONNX file: {_line(error)}", EXPORT) from error
    return model


def external_files(model: Any) -> list[str]:
    """Return the files beside the model's own in which it has weights, as paths relative to it."""
    return sorted({_location(tensor) for tensor in _tensors(model.graph) if uses_external_data(tensor)})


def _require_files(path: Path, files: list[str]) -> None:
    folder = path.parent.resolve()
    for name in files:
        shown = name if name.isprintable() and len(name) < 100 else repr(name[:100])
        try:
            target = (folder / name).resolve()
            inside, present = target.is_relative_to(folder), target.is_file()
        # A name that no file can have.
        except (OSError, ValueError):
            inside, present = True, False
        if not inside:
            raise RefusedError(f"{path}: its weights are in {shown}, outside of its directory", EXPORT)
        if not present:
            raise RefusedError(
                f"{path}: its weights are in {shown}, which is missing", f"put {shown} beside {path.name}"
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


def _texts(model: Any) -> Iterator[str | bytes]:
    for pair in model.metadata_props:
        yield from (pair.key, pair.value)
    for graph in (model.graph, *(inner for node in every_node(model.graph) for inner in subgraphs(node))):
        for value in (*graph.input, *graph.output, *graph.initializer):
            yield value.name
        for value in (*graph.input, *graph.output):
            yield from (each.dim_param for each in value.type.tensor_type.shape.dim)
        for node in graph.node:
            yield from (node.op_type, node.domain, *node.input, *node.output)
            yield from (each.name for each in node.attribute)
    for tensor in _tensors(model.graph):
        for entry in tensor.external_data:
            yield from (entry.key, entry.value)


def _location(tensor: Any) -> str:
    return next((entry.value for entry in tensor.external_data if entry.key == "location"), "")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
