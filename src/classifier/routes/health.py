"""Health routes: `/livez`, `/readyz` and `/healthz`."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from classifier.problems import problem


def health_blueprint(drain_file: Path) -> Blueprint:
    """Return the health routes. `/readyz` returns 503 while `drain_file` exists.

    `create_app` fails unless the model completes an inference, so liveness needs no further check.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    @routes.get("/healthz")
    def livez() -> Response:
        return Response("ok", mimetype="text/plain")

    @routes.get("/readyz")
    def readyz() -> Response:
        if drain_file.exists():
            return problem(503, "this instance is draining")
        return Response("ok", mimetype="text/plain")

    return routes
