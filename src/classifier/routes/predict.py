"""`POST /predict`: classify one image, sent as the body or in a multipart form."""

from __future__ import annotations

import time

from flask import Blueprint, request

from classifier.bodies import PredictResponse
from classifier.body import read_body
from classifier.errors import RequestError
from classifier.inference import Predictor, TimedPredictions
from classifier.openapi.classification import example_predictions, predict_operation
from classifier.openapi.operation import documented

TOP = 5
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "application/octet-stream", ""})
FORM = "multipart/form-data"


def predict_blueprint(predictor: Predictor) -> Blueprint:
    """Return the route `/predict`, which returns the `?top=` most probable labels of one image."""
    routes = Blueprint("predict", __name__)

    def example() -> PredictResponse:
        return _response_body(predictor, example_predictions(predictor, TOP), 9)

    @routes.post("/predict")
    @documented(predict_operation(example))
    def predict() -> PredictResponse:
        """Classify one image, sent as the body or in the form field `file`."""
        start = time.perf_counter()
        top = read_top(request.args.get("top"), predictor.card.output.classes)
        timed = predictor.predict([read_image()], top)
        return _response_body(predictor, timed, (time.perf_counter() - start) * 1000)

    return routes


def read_top(text: str | None, classes: int) -> int:
    """Return the number of labels to return, at most `classes`, so that clients need not know the model.

    Raises RequestError 400 unless `text` is an integer of at least 1.
    """
    if text is None:
        return min(TOP, classes)
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise RequestError(400, "invalid value for top", "set top to an integer of at least 1")
    return min(int(text), classes)


def read_image() -> bytes:
    """Return the image of the current request.

    Raises RequestError 415 for an unsupported content type, and 400 if the request has no image.
    """
    if request.mimetype == FORM:
        file = request.files.get("file")
        data = file.read() if file else b""
    else:
        # The server resets a connection with an unread body, so read it before refusing its type.
        data = read_body()
        if request.mimetype not in IMAGE_TYPES:
            raise RequestError(
                415,
                f"unsupported content type {request.mimetype}",
                "send image/jpeg, image/png or image/webp",
            )
    if not data:
        raise RequestError(
            400, "the request has no image", "send it as the request body or in the form field file"
        )
    return data


def _response_body(predictor: Predictor, timed: TimedPredictions, total_ms: float) -> PredictResponse:
    card = predictor.card
    return {
        "model": {"name": card.name, "version": card.version, "digest": card.digest},
        "predictions": [
            {"label": p.label, "probability": round(p.probability, 6)} for p in timed.predictions[0]
        ],
        "timings": {
            "read_ms": round(timed.read_ms, 2),
            "compute_ms": round(timed.compute_ms, 2),
            "total_ms": round(total_ms, 2),
        },
    }
