"""Documentation of the protocol's routes."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from classifier.openapi.classification import BINARY, CURL, EXAMPLE_PHOTO, UNREADABLE
from classifier.openapi.operation import HOST, JSON, Content, Operation
from classifier.routes.v2.metadata import output_names
from classifier.routes.v2.request_shapes import InferRequestBody
from classifier.routes.v2.shapes import InferResponse
from imagemodel.card import Card

TAG = "Open Inference Protocol"
DRAINING = {503: "this instance is draining"}
UNKNOWN = {404: "another model or version"}
OCTETS = "application/octet-stream"
HEADER_LENGTH = {"type": "integer", "minimum": 0, "description": "length in bytes of the JSON object"}
PHOTO = "PHOTO"


def of_model(
    card: Card, example: Callable[[], object] | None = None, problems: Mapping[int, str] | None = None
) -> Operation:
    """Return the documentation of a route of the model."""
    return Operation(tag=TAG, path=names(card), example=example, problems={**UNKNOWN, **(problems or {})})


def names(card: Card) -> dict[str, Any]:
    """Return the schemas of the parameters of a path: the names that this server has."""
    return {
        "name": {"type": "string", "enum": [card.name]},
        "version": {"type": "string", "enum": [card.version]},
    }


def inference(card: Card, example: Callable[[], object]) -> Operation:
    """Return the documentation of the inference; `example` returns the response to `request`."""
    return Operation(
        tag=TAG,
        path=names(card),
        header={"Inference-Header-Content-Length": HEADER_LENGTH},
        request={JSON: Content(InferRequestBody, lambda: request(card)), OCTETS: Content(BINARY)},
        response={JSON: Content(InferResponse, example), OCTETS: Content(BINARY)},
        problems={
            **UNKNOWN,
            400: f"the request is not as the protocol or the model requires; or a photo {UNREADABLE}",
            413: "the body, the number of images or values, or the outputs are over the limit",
        },
        samples={"One image in base64, the best three labels": sample(card)},
    )


def request(card: Card, photo: str = base64.b64encode(EXAMPLE_PHOTO).decode()) -> dict[str, Any]:
    """Return a request with one photo in base64, for the best three classes of the last output."""
    return {
        "id": "1",
        "inputs": [{"name": card.input.name, "datatype": "BYTES", "shape": [1], "data": [photo]}],
        "outputs": [{"name": output_names(card)[-1], "parameters": {"classification": 3}}],
    }


def sample(card: Card) -> str:
    """Return a shell command that sends `photo.jpg`."""
    text = json.dumps(request(card, PHOTO)).replace("\\", "\\\\").replace("%", "%%").replace(PHOTO, "%s")
    return (
        f'printf {shlex.quote(text)} "$(base64 -w 0 photo.jpg)"'
        f" | {CURL} -H 'Content-Type: application/json' --data-binary @- "
        f"{HOST}/v2/models/{quote(card.name)}/infer"
    )
