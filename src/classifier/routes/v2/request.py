"""Read the body of an inference request."""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson
from numpy.typing import NDArray

from classifier.errors import RequestError
from classifier.routes.json_body import check_values
from classifier.routes.v2.elements import read_photos, read_tensor
from classifier.routes.v2.members import member, parameters, text
from classifier.routes.v2.metadata import DATATYPES, output_names
from imagemodel.card import Card

MAX_VALUES: Final = 1 << 21
"""The least limit of JSON values in a body over a mebibyte; they take about 120 MB at the most."""
_PARSING: Final = threading.Lock()


@dataclass(frozen=True)
class WantedOutput:
    """An output to return: as a tensor or, if `classes` is not 0, as the best `classes` classes."""

    name: str
    binary: bool = False
    classes: int = 0


@dataclass(frozen=True)
class InferRequest:
    """A request: either `tensor`, a batch of preprocessed images, or `photos`, encoded images."""

    outputs: tuple[WantedOutput, ...]
    id: str | None = None
    tensor: NDArray[Any] | None = None
    photos: Sequence[bytes] = ()


class RequestReader:
    """Reads requests for the model of `card` with at most `max_images` images each. Thread-safe."""

    def __init__(self, card: Card, max_images: int) -> None:
        self.card = card
        self.max_images = max_images
        self.max_values = max(MAX_VALUES, 2 * math.prod(card.input.shape) + 1000)

    def read(self, body: bytes, header_length: str | None) -> InferRequest:
        """Return the request in `body`, whose first `header_length` bytes are its JSON object, or all.

        Raises RequestError 400 if the request is not valid or its input does not fit the model, and 413 if it
        has too many images or JSON values.
        """
        size = json_size(header_length, len(body))
        check_values(body[:size], self.max_values)
        # Parsing keeps the interpreter lock, so one at a time is as fast, and bounds the memory for all.
        with _PARSING, no_garbage_collection():
            return self._parse(body[:size], memoryview(body)[size:])

    def _parse(self, text_: bytes, binary: memoryview) -> InferRequest:
        try:
            document = orjson.loads(text_)
        except ValueError as error:
            raise RequestError(400, f"the body is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise RequestError(400, "the body is not a JSON object")
        inputs = member(document, "inputs", list)
        outputs = self._outputs(document)
        if len(inputs) != 1:
            raise RequestError(400, f"{len(inputs)} inputs, the model has one: {self.card.input.name}")
        tensor, photos = self._input(inputs[0], binary)
        return InferRequest(outputs, text(document, "id"), tensor, photos)

    def _input(self, item: object, binary: memoryview) -> tuple[NDArray[Any] | None, Sequence[bytes]]:
        if not isinstance(item, dict):
            raise RequestError(400, "an input is not a JSON object")
        name, datatype = member(item, "name", str), member(item, "datatype", str)
        if name != self.card.input.name:
            raise RequestError(400, f"unknown input {name[:80]!r}", f"send {self.card.input.name}")
        data = input_data(item, binary)
        shape = tensor_shape(item)
        if datatype == "BYTES":
            return None, read_photos(shape, data, self.max_images)
        expected = DATATYPES[self.card.input.dtype]
        if datatype != expected:
            raise RequestError(
                400,
                f"input {name}: datatype {datatype[:80]!r}, the model has {expected}",
                f"send {expected} or, for a JPEG, PNG or WebP, BYTES",
            )
        return read_tensor(shape, data, self.card.input, self.max_images), ()

    def _outputs(self, document: dict[str, Any]) -> tuple[WantedOutput, ...]:
        binary = parameters(document).get("binary_data_output") is True
        names = output_names(self.card)
        items = member(document, "outputs", list, default=[])
        if not items:
            return tuple(WantedOutput(name, binary) for name in names)
        if len(items) > len(names):
            raise RequestError(400, f"{len(items)} outputs, the model has {', '.join(names)}")
        wanted = tuple(self._output(item, binary, names) for item in items)
        if len({output.name for output in wanted}) < len(wanted):
            raise RequestError(400, "an output is requested twice")
        return wanted

    def _output(self, item: object, binary: bool, names: tuple[str, ...]) -> WantedOutput:
        if not isinstance(item, dict):
            raise RequestError(400, "an output is not a JSON object")
        name, given = member(item, "name", str), parameters(item)
        if name not in names:
            raise RequestError(400, f"unknown output {name[:80]!r}", f"request {' or '.join(names)}")
        classes = given.get("classification", 0)
        if type(classes) is not int or classes < 0:
            raise RequestError(400, f"output {name}: classification is not an integer of at least 1")
        return WantedOutput(
            name, given.get("binary_data", binary) is True, min(classes, self.card.output.classes)
        )


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Switch the garbage collector off inside the block.

    While many lists are created, it visits all of them again and again: for a million, 2 s instead of 0.2 s.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def json_size(header_length: str | None, body_size: int) -> int:
    """Return the size of the JSON object in a body: `header_length`, or all. Raises RequestError 400."""
    if header_length is None:
        return body_size
    digits = header_length.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15 or int(digits) > body_size:
        raise RequestError(
            400,
            "Inference-Header-Content-Length is not a size within the body",
            "set it to the length of the JSON object in bytes",
        )
    return int(digits)


def input_data(item: dict[str, Any], binary: memoryview) -> list[Any] | memoryview:
    """Return the data of an input, as a list of JSON values or as the binary data after the JSON object.

    Raises RequestError 400 unless it has exactly one of them, and uses all of the binary data.
    """
    given = parameters(item)
    if any(name.startswith("shared_memory") for name in given):
        raise RequestError(400, "shared memory is not supported", "send the data in the request")
    size = given.get("binary_data_size")
    if (size is None) == ("data" not in item):
        raise RequestError(400, "an input needs either data or the parameter binary_data_size")
    if size is None and not binary:
        return list(member(item, "data", list))
    if type(size) is not int or size != len(binary):
        raise RequestError(400, f"binary_data_size is {size}, after the JSON object are {len(binary)} bytes")
    return binary


def tensor_shape(item: dict[str, Any]) -> tuple[int, ...]:
    """Return the shape of an input. Raises RequestError 400 unless it has 1 to 8 integers of at least 0."""
    shape = member(item, "shape", list)
    if not 1 <= len(shape) <= 8 or any(type(size) is not int or size < 0 for size in shape):
        raise RequestError(400, "shape is not a list of 1 to 8 integers of at least 0")
    return tuple(shape)
