"""The routes of the protocol."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
from flask import Blueprint, Response, request

from classifier.body import read_body
from classifier.errors import RequestError
from classifier.inference import Predictor
from classifier.openapi.operation import Operation, documented
from classifier.problems import problem
from classifier.routes.image_numbers import numbered_images
from classifier.routes.v2 import operations
from classifier.routes.v2.metadata import (
    model_index,
    model_metadata,
    output_names,
    server_metadata,
)
from classifier.routes.v2.request import InferRequest, RequestReader
from classifier.routes.v2.response import HEADER_LENGTH, encode
from classifier.routes.v2.shapes import (
    IndexedModel,
    ModelMetadata,
    ModelReady,
    ServerLive,
    ServerMetadata,
    ServerReady,
)
from imagemodel.card import Card
from imagemodel.errors import NotFiniteError

MODEL = "/v2/models/<name>"
VERSION = f"{MODEL}/versions/<version>"


def v2_blueprint(predictor: Predictor, max_images: int, commit: str, drain_file: Path) -> Blueprint:
    """Return the routes of the protocol for one model, with at most `max_images` images in a request.

    The server and the model are not ready while `drain_file` exists.
    """
    routes = Blueprint("v2", __name__)
    _add_metadata(routes, predictor.card, commit)
    _add_health(routes, predictor.card, drain_file)
    _add_inference(routes, predictor, max_images)
    return routes


def _add_metadata(routes: Blueprint, card: Card, commit: str) -> None:
    @routes.get("/v2", strict_slashes=False)
    @documented(Operation(tag=operations.TAG, example=lambda: server_metadata(commit)))
    def server() -> ServerMetadata:
        """Return the metadata of the server."""
        return server_metadata(commit)

    @routes.get(MODEL)
    @routes.get(VERSION)
    @documented(operations.of_model(card, example=lambda: model_metadata(card)))
    def model(name: str, version: str | None = None) -> ModelMetadata:
        """Return the metadata of the model: its inputs and outputs."""
        check_model(card, name, version)
        return model_metadata(card)

    @routes.post("/v2/repository/index")
    @documented(Operation(tag=operations.TAG, example=lambda: model_index(card)))
    def index() -> list[IndexedModel]:
        """Return the models of the server, as Triton's repository index."""
        read_body()
        return model_index(card)


def _add_health(routes: Blueprint, card: Card, drain_file: Path) -> None:
    @routes.get("/v2/health/live")
    @documented(Operation(tag=operations.TAG))
    def live() -> ServerLive:
        """Return 200 while the process runs."""
        return {"live": True}

    @routes.get("/v2/health/ready")
    @documented(Operation(tag=operations.TAG, problems=operations.DRAINING))
    def ready() -> ServerReady | Response:
        """Return 200 while the server can answer requests."""
        if drain_file.exists():
            return problem(503, "this instance is draining")
        return {"live": True, "ready": True}

    @routes.get(f"{MODEL}/ready")
    @routes.get(f"{VERSION}/ready")
    @documented(operations.of_model(card, problems=operations.DRAINING))
    def model_ready(name: str, version: str | None = None) -> ModelReady | Response:
        """Return 200 while the model can answer requests."""
        check_model(card, name, version)
        if drain_file.exists():
            return problem(503, "this instance is draining")
        return {"name": card.name, "ready": True}


def _add_inference(routes: Blueprint, predictor: Predictor, max_images: int) -> None:
    reader = RequestReader(predictor.card, max_images)

    def example() -> object:
        wanted = reader.read(orjson.dumps(operations.request(predictor.card)), None)
        outputs = run(predictor.unmeasured(), wanted)
        return encode(wanted, outputs, predictor.card, predictor.model.labels).json

    @routes.post(f"{MODEL}/infer")
    @routes.post(f"{VERSION}/infer")
    @documented(operations.inference(predictor.card, example))
    def infer(name: str, version: str | None = None) -> Response:
        """Return the model's outputs for photos or for a tensor.

        Binary data follow the JSON object, and the header `Inference-Header-Content-Length` has its length.
        """
        # Read first: a body over the limit is refused for that, whatever else is wrong.
        body = read_body()
        check_model(predictor.card, name, version)
        wanted = reader.read(body, request.headers.get(HEADER_LENGTH))
        return encode(wanted, run(predictor, wanted), predictor.card, predictor.model.labels)


def check_model(card: Card, name: str, version: str | None) -> None:
    """Raise RequestError 404 unless `name`, and `version` if it is given, are those of `card`."""
    if name != card.name:
        raise RequestError(404, f"unknown model {name[:80]!r}", f"this server has {card.name}")
    if version not in {None, card.version}:
        raise RequestError(404, f"unknown version {version[:80]!r}", f"this server has {card.version}")


def run(predictor: Predictor, wanted: InferRequest) -> dict[str, np.ndarray]:
    """Return the outputs of the model by name for the tensor or the photos of a request.

    Raises RequestError 400 if the network's output for the tensor is not finite, and what
    `Predictor.outputs` raises.
    """
    try:
        with numbered_images():
            outputs = predictor.outputs(wanted.tensor if wanted.tensor is not None else wanted.photos)
    except NotFiniteError as error:
        if wanted.tensor is None:
            raise
        raise RequestError(
            400,
            "the network's output for this tensor is not finite",
            "preprocess images as the card describes",
        ) from error
    own, *derived = output_names(predictor.card)
    with np.errstate(over="ignore"):
        probabilities = predictor.model.probabilities(outputs)
    predictor.model.observe(probabilities)
    return {own: outputs, **dict.fromkeys(derived, probabilities)}
