"""`POST /score`: the original wire format, kept for existing clients."""

from __future__ import annotations

import base64
import json

from flask import Blueprint, request

from classifier.bodies import ScoreResponse
from classifier.body import read_body
from classifier.errors import RequestError
from classifier.inference import Predictor, TimedPredictions
from classifier.openapi.classification import example_predictions, score_operation
from classifier.openapi.operation import documented

TOP = 3
FORMAT_HINT = 'send {"input": "[\\"<base64 image>\\"]"}: a JSON list inside a string'


def score_blueprint(predictor: Predictor, max_images: int) -> Blueprint:
    """Return the route `/score`, which classifies at most `max_images` images of one request.

    It returns the TOP best labels of each image, or all of a model with fewer classes.
    """
    routes = Blueprint("score", __name__)

    def example() -> ScoreResponse:
        return response_body(example_predictions(predictor, TOP))

    @routes.post("/score")
    @documented(score_operation(max_images, example))
    def score() -> ScoreResponse:
        """Classify the images of a request in the original wire format."""
        # The server resets a connection with an unread body, so read it before refusing its type.
        body = read_body()
        if request.mimetype != "application/json":
            raise RequestError(
                415, f"unsupported content type {request.mimetype or '(none)'}", "send application/json"
            )
        images = read_images(body, max_images)
        return response_body(predictor.predict(images, TOP))

    return routes


def response_body(timed: TimedPredictions) -> ScoreResponse:
    """Return the response body: `result[0][0][0]` is the first image's best [label, percent]."""
    images = [[(p.label, round(p.probability * 100, 2)) for p in best] for best in timed.predictions]
    return {"result": (images, f"Computed in {timed.read_ms + timed.compute_ms:.2f} ms")}


def read_images(body: bytes, max_images: int) -> list[bytes]:
    """Return the decoded images of a request body.

    Raises RequestError 400 if the body does not have the expected format, and 413 if it holds more than
    `max_images` images.
    """
    try:
        items = json.loads(json.loads(body)["input"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RequestError(400, "the body has no member input with a JSON list", FORMAT_HINT) from error
    if not isinstance(items, list) or not items:
        raise RequestError(400, "input is not a list of images", FORMAT_HINT)
    if len(items) > max_images:
        raise RequestError(
            413, f"too many images: {len(items)}, the limit is {max_images}", "send fewer images"
        )
    return [_decode_image(item, number) for number, item in enumerate(items)]


def _decode_image(item: object, number: int) -> bytes:
    if not isinstance(item, str):
        raise RequestError(400, f"image {number} is not a string", FORMAT_HINT)
    try:
        data = base64.b64decode(_without_bytes_literal(item.strip()), validate=True)
    except ValueError as error:
        raise RequestError(400, f"image {number} is not valid base64", FORMAT_HINT) from error
    if not data:
        raise RequestError(400, f"image {number} is empty", FORMAT_HINT)
    return data


def _without_bytes_literal(text: str) -> str:
    # Clients that call str() on bytes send Python's literal, b'…'.
    quoted = len(text) > 2 and text[:2] in {"b'", 'b"'} and text[-1] == text[1]
    return text[2:-1] if quoted else text
