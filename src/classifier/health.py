"""Is it alive, and should it get requests: `GET /`, `/livez`, `/readyz`, `/healthz`."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from classifier.problems import problem


def health_blueprint(drain_file: Path) -> Blueprint:
    """Return the health routes. The app exists only once its model has answered, so alive means loaded."""
    routes = Blueprint("health", __name__)

    @routes.get("/")
    def home() -> Response:
        return Response("Healthy", mimetype="text/plain")

    @routes.get("/livez")
    @routes.get("/healthz")
    def livez() -> Response:
        return Response("ok", mimetype="text/plain")

    @routes.get("/readyz")
    def readyz() -> Response:
        if drain_file.exists():
            return problem(503, "draining: this instance is being taken out of service")
        return Response("ok", mimetype="text/plain")

    return routes
