"""`POST /predict`: one photo, as the body or as the file of a form."""

from __future__ import annotations

import time

from flask import Blueprint, request

from classifier.body import read_body
from classifier.errors import RequestError
from classifier.inference import Answer, Predictor

TOP = 5
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "application/octet-stream", ""})
FORM = "multipart/form-data"


def predict_blueprint(predictor: Predictor) -> Blueprint:
    """Return the route that answers for one photo with its `?top=` likeliest labels."""
    routes = Blueprint("predict", __name__)

    @routes.post("/predict")
    def predict() -> dict[str, object]:
        start = time.perf_counter()
        top = read_top(request.args.get("top"), predictor.card.output.classes)
        answer = predictor.predict([read_photo()], top)
        return _body(predictor, answer, (time.perf_counter() - start) * 1000)

    return routes


def read_top(text: str | None, classes: int) -> int:
    """Return how many labels are asked for; RequestError 400 unless that is 1 to `classes`."""
    if text is None:
        return min(TOP, classes)
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= classes:
        raise RequestError(400, "top is not a number that can be answered", f"give 1 to {classes}")
    return int(text)


def read_photo() -> bytes:
    """Return the photo of the current request; RequestError 415 for another content type, 400 without one."""
    if request.mimetype == FORM:
        file = request.files.get("file")
        data = file.read() if file else b""
    else:
        # Before it is refused: the server closes a connection on which a large body was left unread.
        data = read_body()
        if request.mimetype not in PHOTO_TYPES:
            raise RequestError(
                415, f"the content type is {request.mimetype}", "image/jpeg, image/png or image/webp"
            )
    if not data:
        raise RequestError(400, "there is no photo", "send it as the body, or as the form's field file")
    return data


def _body(predictor: Predictor, answer: Answer, total_ms: float) -> dict[str, object]:
    card = predictor.card
    return {
        "model": {"name": card.name, "version": card.version, "digest": card.digest},
        "predictions": [
            {"label": p.label, "probability": round(p.probability, 6)} for p in answer.predictions[0]
        ],
        "timings": {
            "read_ms": round(answer.read_ms, 2),
            "compute_ms": round(answer.compute_ms, 2),
            "total_ms": round(total_ms, 2),
        },
    }
