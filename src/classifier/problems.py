"""Error responses as `application/problem+json` (RFC 9457) with the extra member `error`."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from classifier.errors import RequestError
from classifier.metrics.reasons import INVALID_IMAGE
from classifier.sizes import SMALLER, too_large
from imagemodel.errors import BusyError, ImageError, ImageTooLargeError

log = logging.getLogger(__name__)
ABOUT_BLANK: Final = "about:blank"
IMAGE_TOO_LARGE: Final = "/docs#image-too-large"
"""The `type` of the problem of an image of which a smaller copy is accepted."""
LONGEST_PATH: Final = 200
EXAMPLE: Final = "GET /docs has an example of a request"


def problem(status: int, error: str, hint: str = "", kind: str = ABOUT_BLANK) -> Response:
    """Return an error response: `error` is the reason, `hint` (member `detail`) the fix."""
    return Response(problem_text(status, error, hint, kind), status, mimetype="application/problem+json")


def problem_text(status: int, error: str, hint: str = "", kind: str = ABOUT_BLANK) -> str:
    """Return the body of an error response, in the form of the app's JSON: compact, with a final newline."""
    body = {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "error": error}
    return json.dumps({**body, "detail": hint} if hint else body, separators=(",", ":")) + "\n"


def register(app: Flask) -> None:
    """Register handlers that turn every error of `app` into a problem response."""
    app.register_error_handler(RequestError, lambda e: problem(e.status, e.message, e.hint or EXAMPLE))
    app.register_error_handler(ImageError, _handle_image_error)
    app.register_error_handler(BusyError, _handle_busy)
    app.register_error_handler(HTTPException, _handle_http_exception)
    app.register_error_handler(Exception, _handle_unexpected_exception)


def _handle_image_error(error: ImageError) -> Response:
    g.refusal = INVALID_IMAGE
    kind = IMAGE_TOO_LARGE if isinstance(error, ImageTooLargeError) else ABOUT_BLANK
    return problem(400, error.message, error.hint, kind)


def _handle_busy(error: BusyError) -> Response:
    response = problem(503, error.message, error.hint)
    response.headers["Retry-After"] = "1"
    return response


def _handle_http_exception(error: HTTPException) -> Response:
    response = problem(error.code or 500, *_words(error))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _words(error: HTTPException) -> tuple[str, str]:
    """Return what is wrong and the fix, instead of Werkzeug's text for a person with a browser."""
    path = ascii(request.path[:LONGEST_PATH])[1:-1]
    if isinstance(error, NotFound):
        return f"no route {path}", "GET /docs lists the routes"
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        allowed = sorted({*error.valid_methods} - {"HEAD", "OPTIONS"})
        return f"{path} does not accept {request.method[:40]}", f"use {' or '.join(allowed)}; {EXAMPLE}"
    if isinstance(error, RequestEntityTooLarge):
        return _too_large(request.content_length, request.max_content_length)
    return f"the request is not valid: {error.name.lower()}", EXAMPLE


def _too_large(length: int | None, limit: int | None) -> tuple[str, str]:
    if limit is not None and (length is None or length > limit):
        return too_large(limit, length), SMALLER
    return "the form has too many or too large fields", "send the image as a file: curl -F file=@photo.jpg"


def _handle_unexpected_exception(error: Exception) -> Response:
    log.error("unhandled exception", exc_info=error)
    return problem(500, "internal error", "retry; the server log has the details under the X-Request-Id")
