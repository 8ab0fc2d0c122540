"""Checks whether an ONNX file is safe to load: known operators, no external data, a known opset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from seatrial.model.onnx_outline import load_outline
from seatrial.results import Check

STANDARD: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
RUNTIME: Final = "com.microsoft"
"""The domain of the operators that onnxruntime adds."""

EXTERNAL_CODE: Final = frozenset({"EPContext", "PythonOp", "PythonOpGrad", "ExternalOp"})
"""Operators of that domain that load data or run code from outside the file."""

OLDEST_OPSET: Final = 7
"""The oldest opset for which the documentation of onnxruntime guarantees compatibility."""


def inspect(path: Path) -> list[Check]:
    """Run the safety checks on an ONNX file; the model is not run, and its weights are not read.

    A file that is not ONNX gets one failed check instead.
    """
    try:
        model = load_outline(path)
        graphs = list(_graphs(model))
    except (DecodeError, OSError, RecursionError, ValueError) as error:
        return [_check("onnx: readable", [f"{path.name}: {' '.join(str(error).split())}"], "")]
    return [
        _check(
            "onnx: known operators only", _unknown_operators(model, graphs), "no custom domain or function"
        ),
        _check("onnx: no external data file", _external_data(graphs), "all tensors are in the file"),
        _check("onnx: known opset", _unsupported_opset(model), f"opset {_opset(model)}"),
        _check("onnx: well-formed", _invalid(model), "onnx.checker passes"),
    ]


def _check(name: str, faults: Iterable[str], detail: str) -> Check:
    found = sorted(set(faults))
    return Check(name=name, passed=not found, detail=", ".join(found[:5]) or detail)


def _graphs(model: Any) -> Iterator[Any]:
    """Yield the main graph, each local function, and every graph in an attribute of a node."""
    pending = [model.graph, *model.functions]
    while pending:
        graph = pending.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                pending.extend([attribute.g] if attribute.HasField("g") else [])
                pending.extend(attribute.graphs)


def _unknown_operators(model: Any, graphs: list[Any]) -> Iterator[str]:
    local = {(function.domain, function.name) for function in model.functions}
    for function in model.functions:
        if function.domain in STANDARD | {RUNTIME}:
            yield f"function {function.name} has the name of a known operator"
    for graph in graphs:
        for node in graph.node:
            if not _known(node) and (node.domain, node.op_type) not in local:
                yield f"operator {node.domain or 'ai.onnx'}:{node.op_type}"


def _known(node: Any) -> bool:
    if node.domain == RUNTIME:
        return node.op_type not in EXTERNAL_CODE
    domain = "" if node.domain == "ai.onnx" else node.domain
    return domain in STANDARD and onnx.defs.has(node.op_type, domain)


def _external_data(graphs: list[Any]) -> Iterator[str]:
    for graph in graphs:
        for tensor in _tensors(graph):
            if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
                name = tensor.name or "(unnamed)"
                yield f"tensor {name} is outside the file; `make card` joins the weights into one"
                return


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


def _unsupported_opset(model: Any) -> Iterator[str]:
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= _opset(model) <= newest:
        yield f"opset {_opset(model)} is not between {OLDEST_OPSET} and {newest}"


def _invalid(model: Any) -> Iterator[str]:
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError) as error:
        yield " ".join(str(error).split())[:300]
