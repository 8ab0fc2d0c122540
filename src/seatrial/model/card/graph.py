"""Walk through the graph of an ONNX model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from onnx import numpy_helper

PASSING: Final = frozenset({"Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Dropout"})
"""Operators that leave the numbers of their first input as they are, as far as their order matters."""


def subgraphs(node: Any) -> Iterator[Any]:
    """Yield the graphs in the attributes of a node, such as the branches of an If."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def every_node(graph: Any) -> Iterator[Any]:
    """Yield the nodes of a graph and of all graphs in them."""
    for node in graph.node:
        yield node
        for inner in subgraphs(node):
            yield from every_node(inner)


def producers(graph: Any) -> dict[str, Any]:
    """Return the node that computes each tensor of a graph, by the tensor's name."""
    return {name: node for node in graph.node for name in node.output if name}


def source(graph: Any, tensor: str, through: Iterable[str] = PASSING) -> tuple[str, Any]:
    """Return the tensor of which operators in `through` make `tensor`, and the node that computes it.

    The node is None if it is an input or a weight.
    """
    found, allowed = producers(graph), frozenset(through)
    # As many steps as there are nodes: a graph that is not valid can have a cycle.
    for _ in range(len(graph.node)):
        node = found.get(tensor)
        if node is None or node.op_type not in allowed or not node.input:
            break
        tensor = node.input[0]
    return tensor, found.get(tensor)


def constants(graph: Any) -> dict[str, Any]:
    """Return the tensors of a graph, and of the graphs in it, whose value is in the file, by name."""
    found: dict[str, Any] = {}
    for each in (graph, *(inner for node in every_node(graph) for inner in subgraphs(node))):
        found |= {tensor.name: tensor for tensor in each.initializer}
        for node in each.node:
            values = [each.t for each in node.attribute if each.name == "value"]
            if node.op_type == "Constant" and values:
                found |= dict.fromkeys(node.output, values[0])
    return found


def value(tensor: Any) -> np.ndarray[Any, Any]:
    """Return the value of a constant."""
    return np.asarray(numpy_helper.to_array(tensor))


def unused_name(graph: Any, wanted: str) -> str:
    """Return `wanted`, with a number if the graph has that name already."""
    taken = {name for node in every_node(graph) for name in (*node.input, *node.output)}
    taken |= {each.name for each in (*graph.input, *graph.output, *graph.initializer)}
    names = (wanted, *(f"{wanted}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def prune(graph: Any, outputs: Iterable[str]) -> None:
    """Remove the nodes, weights and declarations on which no tensor in `outputs` depends."""
    found, needed, pending = producers(graph), set[str](), list(outputs)
    while pending:
        tensor = pending.pop()
        if tensor not in needed:
            needed.add(tensor)
            pending.extend(_used_by(found[tensor]) if tensor in found else ())
    _keep(graph.node, [node for node in graph.node if needed.intersection(node.output)])
    _keep(graph.initializer, [each for each in graph.initializer if each.name in needed])
    _keep(graph.sparse_initializer, [e for e in graph.sparse_initializer if e.values.name in needed])
    _keep(graph.value_info, [each for each in graph.value_info if each.name in needed])


def _used_by(node: Any) -> Iterator[str]:
    # A graph in a node uses the tensors of the graph around it by name.
    yield from (name for name in node.input if name)
    for inner in subgraphs(node):
        yield from (output.name for output in inner.output)
        for each in inner.node:
            yield from _used_by(each)


def _keep(field: Any, items: list[Any]) -> None:
    if len(items) != len(field):
        del field[:]
        field.extend(items)


def rename_input(graph: Any, old: str, new: str) -> None:
    """Let every node that reads the tensor `old` read `new`."""
    for node in every_node(graph):
        for place, name in enumerate(node.input):
            if name == old:
                node.input[place] = new
    for inner in (inner for node in every_node(graph) for inner in subgraphs(node)):
        for output in inner.output:
            if output.name == old:
                output.name = new
