"""Response headers that identify model, release and request, and the request log."""

from __future__ import annotations

import logging
import re
import time
import uuid

from flask import Flask, Response, g, request

from classifier.bodies import ModelIdentity
from classifier.config import Config
from classifier.logs import REQUESTS
from imagemodel.card import Card

UNRELEASED = "unreleased"
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
log = logging.getLogger(REQUESTS)


def register(app: Flask, config: Config, card: Card) -> None:
    """Add the identity and security headers to every response of `app`, and log each request."""
    fixed = {
        "X-Model-Version": card.version,
        "X-Model-Digest": card.digest,
        "X-Release": config.release or UNRELEASED,
    }

    @app.before_request
    def begin() -> None:
        g.start = time.perf_counter()
        g.request_id = request_id(request.headers.get("X-Request-Id", ""))

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.update(fixed)
        for name, value in SECURITY.items():
            # A page for browsers has a policy and caching of its own.
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = g.request_id
        if config.drain_file.exists():
            response.headers["Connection"] = "close"
        log.info("request", extra={"fields": _log_fields(response)})
        return response


def model_identity(card: Card) -> ModelIdentity:
    """Return the member `model` of a response body: name, version and digest."""
    return {"name": card.name, "version": card.version, "digest": card.digest}


def request_id(given: str) -> str:
    """Return the client's request id if it matches `REQUEST_ID`, else a new one."""
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _log_fields(response: Response) -> dict[str, object]:
    return {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.start) * 1000, 2),
        "request_id": g.request_id,
        **g.get("trace", {}),
    }
