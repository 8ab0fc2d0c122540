"""Documentation of the routes that classify images."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace

from classifier.bodies import ScoreRequest
from classifier.inference import Predictor, TimedPredictions
from classifier.openapi.operation import HOST, JSON, Content, Operation

EXAMPLE_PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAE0lEQVR42mNkaGDACpgYGIaSBABqCACQdB1jOgAAAABJRU5ErkJggg=="
)
"""A green PNG of 8 x 8 pixels: the image of the examples."""
CURL = "curl -fsS"
BINARY = {"type": "string", "format": "binary"}
FORM = {
    "type": "object",
    "properties": {"file": {**BINARY, "description": "else the first file in any other field"}},
    "required": ["file"],
}
TOP = {
    "type": "integer",
    "minimum": 1,
    "maximum": 999_999_999,
    "default": 5,
    "description": "number of labels in the response; a model with fewer classes returns all of them",
}
UNREADABLE = "is not an image that can be decoded, or an image of more than 50 million pixels"


def predict_operation(example: Callable[[], object]) -> Operation:
    """Return the documentation of `POST /predict`; `example` returns its response to EXAMPLE_PHOTO."""
    return Operation(
        tag="classification",
        query={"top": TOP},
        request={
            **{f"image/{kind}": Content(BINARY) for kind in ("jpeg", "png", "webp")},
            "multipart/form-data": Content(FORM),
            "application/octet-stream": Content(BINARY),
        },
        example=example,
        problems={
            400: f"the body is empty or {UNREADABLE}; or `top` is invalid",
            413: "the body is larger than the limit",
            415: "the content type is another one than the listed ones and `image/…`",
        },
        samples={
            "An image as the body": f"{CURL} -H 'Content-Type: image/jpeg' "
            f"--data-binary @photo.jpg {HOST}/predict",
            "An image in a form, the best label": f"{CURL} -F file=@photo.jpg '{HOST}/predict?top=1'",
        },
    )


def score_operation(max_images: int, example: Callable[[], object]) -> Operation:
    """Return the documentation of `POST /score`; `example` returns its response to EXAMPLE_PHOTO."""
    return Operation(
        tag="classification",
        request={JSON: Content(ScoreRequest, score_request)},
        example=example,
        problems={
            400: f"the body has another structure; or an image is not base64, {UNREADABLE}",
            413: f"the body is over the limit, or has over {max_images} images or too many JSON values",
            415: "the content type is not `application/json`",
        },
        samples={
            "One image, in base64": 'printf \'{"input": "[\\\\"%s\\\\"]"}\' "$(base64 -w 0 photo.jpg)"'
            f" | {CURL} -H 'Content-Type: application/json' --data-binary @- {HOST}/score",
        },
    )


def score_request() -> dict[str, str]:
    """Return a request body of `/score` with EXAMPLE_PHOTO."""
    return {"input": json.dumps([base64.b64encode(EXAMPLE_PHOTO).decode()])}


def example_predictions(predictor: Predictor, top: int) -> TimedPredictions:
    """Return what the model predicts for EXAMPLE_PHOTO, with times that are the same in every document."""
    return replace(predictor.unmeasured().predict([EXAMPLE_PHOTO], top), read_ms=1.5, compute_ms=6.5)
