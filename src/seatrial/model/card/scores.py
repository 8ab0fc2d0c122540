"""Find the tensor with the scores of all classes among the outputs of a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from onnx import TensorProto

from seatrial.errors import RefusedError, UsageError
from seatrial.model.card.form import FLOATS, Hints, dimensions
from seatrial.model.card.graph import source

MAP: Final = "ZipMap"


@dataclass(frozen=True)
class Scores:
    """The tensor of the scores: its name, element type (of onnx) and shape, None if the file has none.

    `output` is the name of the output that it was found at. `map_labels` are the labels of a map after it.
    """

    tensor: str
    output: str
    kind: int
    shape: tuple[int | str, ...] | None
    map_labels: tuple[str, ...] = ()

    @property
    def per_photo(self) -> list[int | str]:
        """The dimensions of one photo's scores that are not 1; a name stands for an unknown number."""
        shape = self.shape or ()
        return [each for each in (shape[1:] if len(shape) > 1 else shape) if each != 1]

    @property
    def single(self) -> bool:
        """Whether it is one number for each photo, as of a network that distinguishes two classes."""
        return self.shape is not None and len(self.shape) > 1 and not self.per_photo

    def can_have(self, classes: int) -> bool:
        """Return whether it can be the scores of `classes` classes."""
        numbers = [each for each in self.per_photo if isinstance(each, int)]
        return classes == 2 if self.single else numbers in ([], [classes])


def find_scores(graph: Any, classes: int, hints: Hints, file: str) -> Scores:
    """Return the scores of `classes` classes in a graph.

    Of an output and its softmax the softmax is taken. Raises RefusedError if there are none, UsageError if
    there are several and `hints` names none of them.
    """
    found = list(_candidates(graph))
    names = [each.output for each in found]
    if hints.output and hints.output not in names:
        raise UsageError(f"OUTPUT: {file} has no scores {hints.output}", f"OUTPUT={' or '.join(names)}")
    named = [each for each in found if hints.output in ("", each.output)]
    fitting = {each.tensor: each for each in named if each.can_have(classes)}
    if not fitting:
        raise _no_scores(graph, named, classes, file)
    last = [each for each in fitting.values() if not _is_read_by_other(graph, each, fitting)]
    if len(last) > 1:
        choice = " or ".join(each.output for each in last)
        raise UsageError(f"{file} has several outputs that can be the scores", f"OUTPUT={choice}")
    return last[0]


def _candidates(graph: Any) -> Iterator[Scores]:
    for output in graph.output:
        _, node = source(graph, output.name, ("Identity",))
        if node is not None and node.op_type == MAP and node.input:
            numbers, labels = _keys(node)
            # A map has float32 scores of shape [batch, classes] as its input.
            yield Scores(node.input[0], output.name, TensorProto.FLOAT, ("", len(labels) or numbers), labels)
        elif output.type.tensor_type.elem_type in FLOATS:
            shape = dimensions(output)
            kind = output.type.tensor_type.elem_type
            yield Scores(output.name, output.name, kind, None if shape is None else tuple(shape))


def _keys(node: Any) -> tuple[int, tuple[str, ...]]:
    """Return how many numbers are the keys of a map, and the texts that are its keys."""
    attributes = {each.name: each for each in node.attribute}
    texts = attributes["classlabels_strings"].strings if "classlabels_strings" in attributes else ()
    numbers = attributes["classlabels_int64s"].ints if "classlabels_int64s" in attributes else ()
    return len(numbers), tuple(text.decode(errors="replace") for text in texts)


def _is_read_by_other(graph: Any, scores: Scores, others: dict[str, Scores]) -> bool:
    """Return whether another candidate is the softmax of these scores."""
    start = source(graph, scores.tensor)[0]
    nodes = [source(graph, other.tensor)[1] for other in others.values() if other is not scores]
    softmaxes = [node for node in nodes if node is not None and node.op_type == "Softmax"]
    return any(source(graph, node.input[0])[0] == start for node in softmaxes)


def _no_scores(graph: Any, found: Sequence[Scores], classes: int, file: str) -> RefusedError:
    if not found:
        names = ", ".join(each.name for each in graph.output)
        return RefusedError(
            f"{file}: no output has the scores of all classes, only {names}",
            "export the network with its scores, not only the best class",
        )
    counts = " and ".join(f"{each.output} has {_numbers(each)}" for each in found)
    given = f"{classes} label{'s' * (classes > 1)}"
    return RefusedError(
        f"LABELS has {given}, but {file} has another number of classes: {counts}",
        "pass the label file of this network, one line for each class in the order of its outputs",
    )


def _numbers(scores: Scores) -> str:
    if scores.single:
        return "one number, which is that of two classes"
    return " x ".join(map(str, scores.per_photo)) or "an unknown number"
