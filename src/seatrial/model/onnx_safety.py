"""Whether an ONNX file may be loaded: only known operators, nothing outside the file, a known opset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from seatrial.results import Check

STANDARD: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
RUNTIME: Final = "com.microsoft"
"""The domain of the operators that onnxruntime brings along."""

REACHING_OUT: Final = frozenset({"EPContext", "PythonOp", "PythonOpGrad", "ExternalOp"})
"""Operators of that domain which load or run what is not in the file."""

OLDEST_OPSET: Final = 7
"""onnxruntime's documentation promises compatibility from here on."""


def inspect(path: Path) -> list[Check]:
    """Return a verdict on each promise of a safe ONNX file; nothing of the model is run.

    A file that is no ONNX gets one failed verdict, and the rest is not judged.
    """
    try:
        model = onnx.load(path, load_external_data=False)
        graphs = list(_graphs(model))
    except (DecodeError, OSError, RecursionError, ValueError) as error:
        return [_verdict("onnx: can be read", [f"{path.name}: {' '.join(str(error).split())}"], "")]
    return [
        _verdict("onnx: known operators only", _strangers(model, graphs), "no custom domain or function"),
        _verdict("onnx: all in one file", _external(graphs), "no external data"),
        _verdict("onnx: known opset", _opsets(model), f"opset {_opset(model)}"),
        _verdict("onnx: well-formed", _malformed(model), "onnx.checker agrees"),
    ]


def _verdict(name: str, faults: Iterable[str], otherwise: str) -> Check:
    found = sorted(set(faults))
    return Check(name=name, passed=not found, detail=", ".join(found[:5]) or otherwise)


def _graphs(model: Any) -> Iterator[Any]:
    """Yield the main graph, each local function, and every graph inside a node's attribute."""
    waiting = [model.graph, *model.functions]
    while waiting:
        graph = waiting.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                waiting.extend([attribute.g] if attribute.HasField("g") else [])
                waiting.extend(attribute.graphs)


def _strangers(model: Any, graphs: list[Any]) -> Iterator[str]:
    local = {(function.domain, function.name) for function in model.functions}
    for function in model.functions:
        if function.domain in STANDARD | {RUNTIME}:
            yield f"function {function.name} takes the place of a known operator"
    for graph in graphs:
        for node in graph.node:
            if not _known(node) and (node.domain, node.op_type) not in local:
                yield f"operator {node.domain or 'ai.onnx'}:{node.op_type}"


def _known(node: Any) -> bool:
    if node.domain == RUNTIME:
        return node.op_type not in REACHING_OUT
    domain = "" if node.domain == "ai.onnx" else node.domain
    return domain in STANDARD and onnx.defs.has(node.op_type, domain)


def _external(graphs: list[Any]) -> Iterator[str]:
    for graph in graphs:
        for tensor in _tensors(graph):
            if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
                yield f"tensor {tensor.name or '(nameless)'} lies outside"


def _tensors(graph: Any) -> Iterator[Any]:
    yield from getattr(graph, "initializer", ())
    for sparse in getattr(graph, "sparse_initializer", ()):
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)


def _opset(model: Any) -> int:
    return max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0)


def _opsets(model: Any) -> Iterator[str]:
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= _opset(model) <= newest:
        yield f"opset {_opset(model)} is not from {OLDEST_OPSET} to {newest}"


def _malformed(model: Any) -> Iterator[str]:
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError) as error:
        yield " ".join(str(error).split())[:300]
