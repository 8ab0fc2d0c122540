"""Build the response to an inference request."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson
from flask import Response
from numpy.typing import NDArray

from classifier.errors import RequestError
from classifier.routes.v2.request import InferRequest, WantedOutput
from classifier.routes.v2.shapes import InferResponse, OutputTensor
from imagemodel.card import Card
from imagemodel.classifier import best_classes

HEADER_LENGTH: Final = "Inference-Header-Content-Length"
MAX_ELEMENTS: Final = 1 << 21
"""The largest number of elements of all outputs, which bounds the memory of a response to about 200 MB."""


def encode(
    request: InferRequest, values: Mapping[str, NDArray[np.float32]], card: Card, labels: Sequence[str]
) -> Response:
    """Return the response: the requested outputs of `values` as JSON, followed by those in binary.

    Raises RequestError 413 if the outputs have more than `MAX_ELEMENTS` elements.
    """
    _check_elements(request.outputs, values)
    outputs, binary = [], []
    for wanted in request.outputs:
        described, data = _output(wanted, values[wanted.name], labels)
        outputs.append(described)
        binary.append(data)
    text = orjson.dumps(_document(request, outputs, card), option=orjson.OPT_SERIALIZE_NUMPY)
    if not any(wanted.binary for wanted in request.outputs):
        return Response(text, mimetype="application/json")
    body = b"".join([text, *binary])
    return Response(body, mimetype="application/octet-stream", headers={HEADER_LENGTH: str(len(text))})


def _check_elements(wanted: Sequence[WantedOutput], values: Mapping[str, NDArray[np.float32]]) -> None:
    elements = sum(len(values[each.name]) * (each.classes or values[each.name].shape[1]) for each in wanted)
    if elements > MAX_ELEMENTS:
        raise RequestError(
            413,
            f"the outputs have {elements} elements, the limit is {MAX_ELEMENTS}",
            "send fewer images, or request fewer outputs or classes",
        )


def _document(request: InferRequest, outputs: list[OutputTensor], card: Card) -> InferResponse:
    document: InferResponse = {
        "model_name": card.name,
        "model_version": card.version,
        "parameters": {"digest": card.digest},
        "outputs": outputs,
    }
    return document if request.id is None else {**document, "id": request.id}


def _output(
    wanted: WantedOutput, values: NDArray[np.float32], labels: Sequence[str]
) -> tuple[OutputTensor, bytes]:
    """Return the description of an output, with its data in JSON, and its binary data."""
    if wanted.classes:
        classes = [text for row in values for text in classification(row, wanted.classes, labels)]
        described = OutputTensor(name=wanted.name, datatype="BYTES", shape=[len(values), wanted.classes])
        data: Any = classes
        binary = _length_prefixed(classes) if wanted.binary else b""
    else:
        described = OutputTensor(name=wanted.name, datatype="FP32", shape=list(values.shape))
        data = np.ascontiguousarray(values, np.float32).ravel()
        binary = data.astype("<f4").tobytes() if wanted.binary else b""
    if wanted.binary:
        described["parameters"] = {"binary_data_size": len(binary)}
    else:
        described["data"] = data
    return described, binary


def classification(row: NDArray[np.float32], count: int, labels: Sequence[str]) -> list[str]:
    """Return the `count` best classes of `row`, best first, each as `<value>:<index>:<label>`."""
    return [f"{row[index]:f}:{index}:{labels[index]}" for index in best_classes(row, count)]


def _length_prefixed(texts: Sequence[str]) -> bytes:
    encoded = [text.encode() for text in texts]
    return b"".join(part for each in encoded for part in (struct.pack("<I", len(each)), each))
