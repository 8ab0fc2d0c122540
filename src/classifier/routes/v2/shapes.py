"""The JSON objects of the protocol that the server returns."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class ServerMetadata(TypedDict):
    """`GET /v2`: `version` is the commit of the app."""

    name: str
    version: str
    extensions: list[str]


class TensorMetadata(TypedDict):
    """An input or output of a model; -1 is a dimension of any size."""

    name: str
    datatype: str
    shape: list[int]


class ModelParameters(TypedDict):
    """What the protocol has no member for: the model digest."""

    digest: str


class ModelMetadata(TypedDict):
    """`GET /v2/models/<name>`."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]
    parameters: ModelParameters


class ServerLive(TypedDict):
    """`GET /v2/health/live`."""

    live: bool


class ServerReady(TypedDict):
    """`GET /v2/health/ready`: the specification names the member `live`, and clients read `ready`."""

    live: bool
    ready: bool


class ModelReady(TypedDict):
    """`GET /v2/models/<name>/ready`."""

    name: str
    ready: bool


class IndexedModel(TypedDict):
    """One model of `POST /v2/repository/index`, an extension of Triton."""

    name: str
    version: str
    state: str
    reason: str


class BinaryParameters(TypedDict):
    """The size in bytes of a tensor that follows the JSON object."""

    binary_data_size: int


class OutputTensor(TypedDict):
    """One output of an inference: `data` as a flat list, or `parameters` if the data are binary."""

    name: str
    datatype: str
    shape: list[int]
    data: NotRequired[Any]
    parameters: NotRequired[BinaryParameters]


class InferResponse(TypedDict):
    """The response to an inference; `id` is the request's, if it had one."""

    model_name: str
    model_version: str
    id: NotRequired[str]
    parameters: ModelParameters
    outputs: list[OutputTensor]
