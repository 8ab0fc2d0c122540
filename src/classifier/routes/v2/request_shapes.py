"""The JSON objects of the protocol that clients send."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from classifier.openapi.schema import Keywords

Parameters = dict[str, Any] | None


class RequestInput(TypedDict):
    """The input of an inference: photos in base64, or preprocessed images as numbers."""

    name: Annotated[str, Keywords(description="that of the model's input")]
    datatype: Annotated[str, Keywords(description="that of the model's input, or `BYTES` for photos")]
    shape: Annotated[list[Annotated[int, Keywords(minimum=0)]], Keywords(minItems=1, maxItems=8)]
    parameters: NotRequired[Parameters]
    data: NotRequired[Annotated[list[Any], Keywords(description="left out if the data are binary")]]


class RequestOutput(TypedDict):
    """An output to return; its parameter `classification` asks for the best classes."""

    name: str
    parameters: NotRequired[Parameters]


class InferRequestBody(TypedDict):
    """A request for an inference. Without `outputs`, the response has all of them."""

    id: NotRequired[str | None]
    parameters: NotRequired[Parameters]
    inputs: Annotated[list[RequestInput], Keywords(minItems=1, maxItems=1)]
    outputs: NotRequired[list[RequestOutput] | None]
