"""`POST /score`: the original wire format, kept for existing clients."""

from __future__ import annotations

from flask import Blueprint, request

from classifier.bodies import ScoreResponse
from classifier.body import read_body
from classifier.errors import RequestError
from classifier.identity import model_identity
from classifier.inference import Predictor, TimedPredictions
from classifier.openapi.classification import example_predictions, score_operation
from classifier.openapi.operation import documented
from classifier.routes.encoding import decode_base64
from classifier.routes.image_numbers import numbered_images
from classifier.routes.json_body import check_values, load_json
from imagemodel.card import Card

TOP = 3
MAX_VALUES = 10_000
"""The largest number of JSON values in a body of more than a mebibyte."""
FORMAT_HINT = 'send {"input": "[\\"<base64 image>\\"]"}: a JSON list inside a string'


def score_blueprint(predictor: Predictor, max_images: int) -> Blueprint:
    """Return the route `/score`, which classifies at most `max_images` images of one request.

    It returns the TOP best labels of each image, or all of a model with fewer classes.
    """
    routes = Blueprint("score", __name__)

    def example() -> ScoreResponse:
        return response_body(example_predictions(predictor, TOP), predictor.card)

    @routes.post("/score")
    @documented(score_operation(max_images, example))
    def score() -> ScoreResponse:
        """Classify the images of a request in the original wire format."""
        # Read first: a body over the limit is refused for that, whatever else is wrong.
        body = read_body()
        if request.mimetype != "application/json":
            raise RequestError(
                415, f"unsupported content type {request.mimetype or '(none)'}", "send application/json"
            )
        images = read_images(body, max_images)
        with numbered_images():
            return response_body(predictor.predict(images, TOP), predictor.card)

    return routes


def response_body(timed: TimedPredictions, card: Card) -> ScoreResponse:
    """Return the response body: `result[0][0][0]` is the first image's best [label, percent].

    The member `model` is new; clients of the original wire format read `result` alone.
    """
    images = [[(p.label, round(p.probability * 100, 2)) for p in best] for best in timed.predictions]
    computed = f"Computed in {timed.read_ms + timed.compute_ms:.2f} ms"
    return {"result": (images, computed), "model": model_identity(card)}


def read_images(body: bytes, max_images: int) -> list[bytes]:
    """Return the decoded images of a request body.

    Raises RequestError 400 if the body does not have the expected format, and 413 if it holds more than
    `max_images` images or `MAX_VALUES` JSON values.
    """
    items = _items(body)
    if len(items) > max_images:
        raise RequestError(
            413, f"too many images: {len(items)}, the limit is {max_images}", "send fewer images"
        )
    return [_decode_image(item, number) for number, item in enumerate(items)]


def _items(body: bytes) -> list[object]:
    document = _load(body, "the body is not JSON")
    if not isinstance(document, dict) or "input" not in document:
        raise RequestError(400, "the body has no member input", FORMAT_HINT)
    text, fault = document["input"], "input is not a JSON list in a string"
    items = _load(text, fault) if isinstance(text, str) else None
    if not isinstance(items, list):
        raise RequestError(400, fault, FORMAT_HINT)
    if not items:
        raise RequestError(400, "the list in input is empty", FORMAT_HINT)
    return items


def _load(text: bytes | str, fault: str) -> object:
    check_values(text, MAX_VALUES)
    try:
        return load_json(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(400, fault, FORMAT_HINT) from error


def _decode_image(item: object, number: int) -> bytes:
    if not isinstance(item, str):
        raise RequestError(400, f"image {number} is not a string", FORMAT_HINT)
    try:
        data = decode_base64(item)
    except ValueError as error:
        raise RequestError(400, f"image {number} is not valid base64", FORMAT_HINT) from error
    if not data:
        raise RequestError(400, f"image {number} is empty", FORMAT_HINT)
    return data
