"""Bring a network into the form that the app serves: one input of float32 or uint8, one output of float32."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import onnx
from onnx import TensorProto, helper, inliner

from seatrial.errors import RefusedError
from seatrial.model.card.form import INPUTS, Hints, PhotoInput, dimensions, read_input
from seatrial.model.card.graph import prune, rename_input, source, unused_name
from seatrial.model.card.outputs import output_as_rows
from seatrial.model.card.randomness import refuse_randomness
from seatrial.model.card.reading import EXPORT, MAX_BYTES, read_onnx
from seatrial.model.card.scores import Scores, find_scores

BATCH: Final = "batch"


@dataclass(frozen=True)
class Network:
    """A network in the form that the app serves.

    `path` is the original file, `model` the onnx.ModelProto, `output` the name of its scores of shape [batch,
    classes]. `operator` is the last operator of the original that is not only a change of form. `map_labels`
    are the labels of a map at its end. `changes` are what was rewritten, a sentence each.
    """

    path: Path
    model: Any
    input: PhotoInput
    output: str
    classes: int
    operator: str
    map_labels: tuple[str, ...]
    changes: tuple[str, ...]

    @property
    def raw(self) -> bytes:
        """The ONNX file: that of the exporter, if nothing was rewritten."""
        if not self.changes:
            return self.path.read_bytes()
        return bytes(self.model.SerializeToString(deterministic=True))

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata that the exporter wrote into the file."""
        return {each.key: each.value for each in self.model.metadata_props}


def read_network(path: Path, classes: int, hints: Hints) -> Network:
    """Return the network of `classes` classes in the file at `path`, rewritten where the app cannot serve it.

    The rewritten network gives the same numbers. Raises UsageError if there is no such file, or `hints` must
    name what the file does not; RefusedError if it cannot be served.
    """
    model, changes = read_onnx(path)
    file = path.name
    if model.functions:
        model = _inlined(model, file)
        changes.append("inlined its functions")
    photo = read_input(model.graph, hints, file)
    scores = find_scores(model.graph, classes, hints, file)
    changes += _keep_scores(model.graph, scores)
    refuse_randomness(model.graph, file)
    _, last = source(model.graph, scores.tensor)
    operator = "" if last is None else last.op_type
    if operator == "Sigmoid" and not scores.single:
        raise RefusedError(
            f"{file} ends with a sigmoid: each class has a probability of its own",
            "export a network that chooses one class, without activation or with a softmax at its end",
        )
    changes += _input_as_float32(model.graph, photo)
    name, more = output_as_rows(model.graph, scores, classes, operator)
    changes += more
    if not changes and dimensions(next(each for each in model.graph.output if each.name == name)) is None:
        changes.append("declares the shape of its scores")
    if changes:
        _declare(model, photo, name, classes)
        _check(model, file)
    return Network(path, model, photo, name, classes, operator, scores.map_labels, tuple(changes))


def for_single_photos(network: Network) -> Network:
    """Return the network with a batch of 1, for one that cannot predict several photos at once."""
    photo = replace(network.input, batch=1)
    _declare(network.model, photo, network.output, network.classes)
    # The shapes of the tensors between them are those of another batch.
    del network.model.graph.value_info[:]
    change = "fixed its batch at 1, because it fails for several photos at once"
    return replace(network, input=photo, changes=(*network.changes, change))


def _inlined(model: Any, file: str) -> Any:
    try:
        return inliner.inline_local_functions(model)
    except (onnx.checker.ValidationError, ValueError, RuntimeError) as error:
        raise _invalid(file, error) from error


def _keep_scores(graph: Any, scores: Scores) -> list[str]:
    removed = [each.name for each in graph.output if each.name != scores.output]
    is_map = scores.tensor != scores.output
    changes = [f"removed the output{'s' * (len(removed) > 1)} {', '.join(removed)}"] if removed else []
    if is_map:
        changes.insert(0, f"took the scores before the map {scores.output}")
    if changes:
        del graph.output[:]
        graph.output.append(helper.make_tensor_value_info(scores.tensor, scores.kind, scores.shape))
        prune(graph, [scores.tensor])
    return changes


def _input_as_float32(graph: Any, photo: PhotoInput) -> list[str]:
    if photo.dtype in ("float32", "uint8"):
        return []
    kind = next(each for each, name in INPUTS.items() if name == photo.dtype)
    inner = unused_name(graph, f"{photo.name}_{photo.dtype}")
    rename_input(graph, photo.name, inner)
    graph.node.insert(0, helper.make_node("Cast", [photo.name], [inner], to=kind))
    return [f"takes float32 and converts it to {photo.dtype}"]


def _declare(model: Any, photo: PhotoInput, name: str, classes: int) -> None:
    graph = model.graph
    old = next(each for each in graph.input if each.name == photo.name)
    batch = 1 if photo.batch else (old.type.tensor_type.shape.dim[0].dim_param or BATCH)
    planes = (photo.depth, photo.height, photo.width)
    shape = planes if photo.layout == "NCHW" else (*planes[1:], photo.depth)
    kind = TensorProto.UINT8 if photo.dtype == "uint8" else TensorProto.FLOAT
    for field, value in (
        (graph.input, helper.make_tensor_value_info(photo.name, kind, [batch, *shape])),
        (graph.output, helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, classes])),
    ):
        del field[:]
        field.append(value)
    # Before this version weights had to be listed as inputs.
    model.ir_version = max(model.ir_version, 4)


def _check(model: Any, file: str) -> None:
    if model.ByteSize() > MAX_BYTES:
        raise RefusedError(f"{file} has more than {MAX_BYTES:,} bytes", "export it with smaller weights")
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError) as error:
        raise _invalid(file, error) from error


def _invalid(file: str, error: Exception) -> RefusedError:
    return RefusedError(f"{file} is not a valid network: {' '.join(str(error).split())[:200]}", EXPORT)
