"""Error responses as `application/problem+json` (RFC 9457) with the extra member `error`."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from classifier.body import discard_unread_body
from classifier.errors import RequestError
from classifier.metrics.reasons import INVALID_IMAGE
from imagemodel.errors import BusyError, ImageError

log = logging.getLogger(__name__)


def problem(status: int, error: str, hint: str = "") -> Response:
    """Return an error response: `error` is the reason, `hint` (member `detail`) the fix."""
    return Response(
        json.dumps(problem_body(status, error, hint)), status, mimetype="application/problem+json"
    )


def problem_body(status: int, error: str, hint: str = "") -> dict[str, object]:
    """Return the members of an error response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "error": error}
    return {**body, "detail": hint} if hint else body


def register(app: Flask) -> None:
    """Register handlers that turn every error of `app` into a problem response."""
    app.register_error_handler(RequestError, lambda e: problem(e.status, e.message, e.hint))
    app.register_error_handler(ImageError, _handle_image_error)
    app.register_error_handler(BusyError, _handle_busy)
    app.register_error_handler(HTTPException, _handle_http_exception)
    app.register_error_handler(Exception, _handle_unexpected_exception)


def _handle_image_error(error: ImageError) -> Response:
    g.refusal = INVALID_IMAGE
    return problem(400, error.message, error.hint)


def _handle_busy(error: BusyError) -> Response:
    response = problem(503, error.message, error.hint)
    response.headers["Retry-After"] = "1"
    return response


def _handle_http_exception(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        discard_unread_body()
    response = problem(error.code or 500, error.description or error.name)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _handle_unexpected_exception(error: Exception) -> Response:
    log.error("unhandled exception", exc_info=error)
    return problem(500, "internal error", "retry; the server log has the details under the X-Request-Id")
