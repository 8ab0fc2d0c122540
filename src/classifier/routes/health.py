"""Health routes: `/livez`, `/readyz` and `/healthz`."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from classifier.openapi.operation import TEXT, Content, Operation, documented
from classifier.problems import problem

OK = {"text/plain": Content(TEXT, lambda: "ok")}


def health_blueprint(drain_file: Path) -> Blueprint:
    """Return the health routes. `/readyz` returns 503 while `drain_file` exists.

    `create_app` fails unless the model completes an inference, so liveness needs no further check.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    @routes.get("/healthz")
    @documented(Operation(tag="health", response=OK))
    def livez() -> Response:
        """Return 200 while the process runs."""
        return Response("ok", mimetype="text/plain")

    @routes.get("/readyz")
    @documented(Operation(tag="health", response=OK, problems={503: "this instance is draining"}))
    def readyz() -> Response:
        """Return 200 once the model has completed an inference and until the instance drains."""
        if drain_file.exists():
            return problem(503, "this instance is draining")
        return Response("ok", mimetype="text/plain")

    return routes
