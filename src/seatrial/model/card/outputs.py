"""Arrange the scores of a network as rows of float32, a number for each class."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from seatrial.model.card.form import FLOATS
from seatrial.model.card.graph import unused_name
from seatrial.model.card.scores import Scores


def output_as_rows(graph: Any, scores: Scores, classes: int, operator: str) -> tuple[str, list[str]]:
    """Append what makes `scores` a float32 tensor of shape [batch, classes] to a graph.

    Returns its name, and what was changed, a sentence each. One number for each photo becomes the two of its
    classes: the probability p of a sigmoid (`operator`) becomes 1 - p and p, a logit x becomes 0 and x.
    """
    rows = _Rows(graph, scores.tensor)
    if scores.kind != TensorProto.FLOAT:
        rows.append(
            "Cast", f"converts its scores from {FLOATS[scores.kind]} to float32", to=TensorProto.FLOAT
        )
    if scores.shape is None or len(scores.shape) != 2:
        shape = rows.constant([-1, 1 if scores.single else classes])
        rows.append("Reshape", "arranges its scores as [batch, classes]", shape)
    if scores.single:
        rows.append_pair(operator == "Sigmoid")
    return rows.tensor, rows.changes


class _Rows:
    """The tensor at the end of a graph, to which nodes are appended."""

    def __init__(self, graph: Any, tensor: str) -> None:
        self._graph = graph
        self.tensor = tensor
        self.changes: list[str] = []

    def append(self, operator: str, change: str, *more: str, **attributes: Any) -> None:
        name = unused_name(self._graph, "scores")
        node = helper.make_node(operator, [self.tensor, *more], [name], **attributes)
        self._graph.node.append(node)
        self.tensor = name
        self.changes.append(change)

    def constant(self, values: list[int]) -> str:
        name = unused_name(self._graph, "scores_shape")
        self._graph.initializer.append(numpy_helper.from_array(np.array(values, dtype=np.int64), name))
        return name

    def append_pair(self, probability: bool) -> None:
        second, first = self.tensor, unused_name(self._graph, "first_score")
        whole = unused_name(self._graph, "one")
        if probability:
            self._graph.initializer.append(numpy_helper.from_array(np.array([1], dtype=np.float32), whole))
        minuend = whole if probability else second
        self._graph.node.append(helper.make_node("Sub", [minuend, second], [first]))
        name = unused_name(self._graph, "scores")
        self._graph.node.append(helper.make_node("Concat", [first, second], [name], axis=1))
        self.tensor = name
        self.changes.append("gives the probabilities of two classes instead of one number")
