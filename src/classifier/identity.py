"""What every answer carries and every request leaves in the log: who answered what, and how fast."""

from __future__ import annotations

import logging
import re
import time
import uuid

from flask import Flask, Response, g, request

from classifier.config import Config
from classifier.logs import REQUESTS
from imagemodel.card import Card

UNRELEASED = "unreleased"
SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
log = logging.getLogger(REQUESTS)


def register(app: Flask, config: Config, card: Card) -> None:
    """Name model, release and request in the headers of every answer, and log one line a request."""
    fixed = {
        **SECURITY,
        "X-Model-Version": card.version,
        "X-Model-Digest": card.digest,
        "X-Release": config.release or UNRELEASED,
    }

    @app.before_request
    def begin() -> None:
        g.start = time.perf_counter()
        g.request_id = request_id(request.headers.get("X-Request-Id", ""))

    @app.after_request
    def finish(answer: Response) -> Response:
        answer.headers.update(fixed)
        answer.headers["X-Request-Id"] = g.request_id
        if config.drain_file.exists():
            answer.headers["Connection"] = "close"
        log.info("request", extra={"fields": _entry(answer)})
        return answer


def request_id(given: str) -> str:
    """Return the client's own id where it is short and plain, else a new one."""
    return given if SANE_ID.fullmatch(given) else uuid.uuid4().hex


def _entry(answer: Response) -> dict[str, object]:
    return {
        "method": request.method,
        "path": request.path,
        "status": answer.status_code,
        "ms": round((time.perf_counter() - g.start) * 1000, 2),
        "request_id": g.request_id,
    }
