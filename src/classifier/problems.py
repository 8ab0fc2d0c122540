"""Every error as `application/problem+json` (RFC 9457) with the member `error`."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from classifier.body import discard_rest
from classifier.errors import RequestError
from imagemodel.errors import ImageError

log = logging.getLogger(__name__)


def problem(status: int, error: str, hint: str = "") -> Response:
    """Return an error answer: `error` says what was wrong, `hint` what to send instead."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "error": error}
    if hint:
        body["detail"] = hint
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def register(app: Flask) -> None:
    """Answer every error of `app` as a problem."""
    app.register_error_handler(RequestError, lambda e: problem(e.status, e.message, e.hint))
    app.register_error_handler(ImageError, lambda e: problem(400, e.message, e.hint))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        discard_rest()
    answer = problem(error.code or 500, error.description or error.name)
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _unforeseen(error: Exception) -> Response:
    log.error("unforeseen error", exc_info=error)
    return problem(500, "the app failed to answer", "try again; the logs tell more by X-Request-Id")
