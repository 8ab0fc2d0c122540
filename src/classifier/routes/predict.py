"""`POST /predict`: classify one image, sent as the body or in a multipart form."""

from __future__ import annotations

import time

from flask import Blueprint, request

from classifier.bodies import PredictResponse
from classifier.body import read_body
from classifier.errors import RequestError
from classifier.identity import model_identity
from classifier.inference import Predictor, TimedPredictions
from classifier.openapi.classification import example_predictions, predict_operation
from classifier.openapi.operation import documented

TOP = 5
BINARY_TYPES = frozenset({"application/octet-stream", "binary/octet-stream", ""})
FORM = "multipart/form-data"
HINTS = {
    "application/x-www-form-urlencoded": (
        "with curl: --data-binary @photo.jpg -H 'Content-Type: image/jpeg'; -d would corrupt the image"
    ),
    "application/json": "send the image itself as image/jpeg, or JSON to /score",
}


def predict_blueprint(predictor: Predictor) -> Blueprint:
    """Return the route `/predict`, which returns the `?top=` most probable labels of one image."""
    routes = Blueprint("predict", __name__)

    def example() -> PredictResponse:
        return _response_body(predictor, example_predictions(predictor, TOP), 9)

    @routes.post("/predict")
    @documented(predict_operation(example))
    def predict() -> PredictResponse:
        """Classify one image, sent as the body or in the form field `file`.

        The bytes show the format, so any other type `image/…` is accepted too.
        """
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
    """Return the image of the current request: the body, or the first file of a multipart form.

    A file in the form field `file` comes before the others. Any `image/…` is accepted: the bytes show the
    format. Raises RequestError 415 for an unsupported content type, and 400 if the request has no image.
    """
    data = _first_file() if request.mimetype == FORM else _image_body()
    if not data:
        raise RequestError(
            400,
            "the request has no image",
            "send it as the request body, or as a file in a form: curl -F file=@photo.jpg",
        )
    return data


def _first_file() -> bytes:
    files = sorted(request.files.items(multi=True), key=lambda item: item[0] != "file")
    return next((data for _, file in files if (data := file.read())), b"")


def _image_body() -> bytes:
    # Read first: a body over the limit is refused for that, whatever else is wrong.
    data = read_body()
    kind = request.mimetype
    if kind not in BINARY_TYPES and not kind.startswith("image/"):
        hint = HINTS.get(kind, "send image/jpeg, image/png or image/webp")
        raise RequestError(415, f"unsupported content type {kind}", hint)
    return data


def _response_body(predictor: Predictor, timed: TimedPredictions, total_ms: float) -> PredictResponse:
    return {
        "model": model_identity(predictor.card),
        "predictions": [
            {"label": p.label, "probability": round(p.probability, 6)} for p in timed.predictions[0]
        ],
        "timings": {
            "read_ms": round(timed.read_ms, 2),
            "compute_ms": round(timed.compute_ms, 2),
            "total_ms": round(total_ms, 2),
        },
    }
