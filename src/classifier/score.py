"""`POST /score`: the original wire format, for clients that are older than this app."""

from __future__ import annotations

import base64
import json

from flask import Blueprint, request

from classifier.body import read_body
from classifier.errors import RequestError
from classifier.inference import Answer, Predictor

TOP = 3
SHAPE = 'send {"input": "[\\"<base64 image>\\"]"}: a JSON list inside a string'


def score_blueprint(predictor: Predictor, max_images: int) -> Blueprint:
    """Return the route that answers for at most `max_images` images with their best labels in percent."""
    routes = Blueprint("score", __name__)

    @routes.post("/score")
    def score() -> dict[str, object]:
        # Before it is refused: the server closes a connection on which a large body was left unread.
        body = read_body()
        if request.mimetype != "application/json":
            raise RequestError(
                415, f"the content type is {request.mimetype or 'missing'}", "application/json"
            )
        images = read_images(body, max_images)
        return result(predictor.predict(images, TOP))

    return routes


def result(answer: Answer) -> dict[str, object]:
    """Return an answer as the wire has it: `result[0][0][0]` is the first image's best [label, percent]."""
    images = [[[p.label, round(p.probability * 100, 2)] for p in best] for best in answer.predictions]
    return {"result": [images, f"Computed in {answer.read_ms + answer.compute_ms:.2f} ms"]}


def read_images(body: bytes, max_images: int) -> list[bytes]:
    """Return the images in a request's body; RequestError 400 says where it is not as it must be."""
    try:
        items = json.loads(json.loads(body)["input"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RequestError(400, "the body has no list of images in its member input", SHAPE) from error
    if not isinstance(items, list) or not items:
        raise RequestError(400, "input holds no list of images", SHAPE)
    if len(items) > max_images:
        raise RequestError(413, f"{len(items)} images, at most {max_images} are taken", "send fewer")
    return [_image(item, number) for number, item in enumerate(items)]


def _image(item: object, number: int) -> bytes:
    if not isinstance(item, str):
        raise RequestError(400, f"image {number} is not a string", SHAPE)
    try:
        data = base64.b64decode(_bare(item.strip()), validate=True)
    except ValueError as error:
        raise RequestError(400, f"image {number} is not base64", SHAPE) from error
    if not data:
        raise RequestError(400, f"image {number} is empty", SHAPE)
    return data


def _bare(text: str) -> str:
    # Clients that wrote str(bytes) send Python's own notation of it.
    quoted = len(text) > 2 and text[:2] in {"b'", 'b"'} and text[-1] == text[1]
    return text[2:-1] if quoted else text
