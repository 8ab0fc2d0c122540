"""`GET /version`: versions of the app, its model and its frameworks."""

from __future__ import annotations

import platform
from importlib.metadata import version

from flask import Blueprint

from classifier.bodies import VersionResponse
from classifier.config import Config
from classifier.identity import model_identity
from classifier.openapi.operation import HOST, Operation, documented
from imagemodel.card import Card


def version_blueprint(config: Config, card: Card) -> Blueprint:
    """Return the route `/version`. Its response is constant for the lifetime of the process."""
    routes = Blueprint("version", __name__)
    body: VersionResponse = {
        "app": {
            "commit": config.commit,
            "release": config.release,
            "image": config.image,
            "environment": config.environment,
        },
        "model": model_identity(card),
        "frameworks": {
            "python": platform.python_version(),
            "flask": version("flask"),
            "onnxruntime": version("onnxruntime"),
            "numpy": version("numpy"),
            "pillow": version("pillow"),
        },
    }

    @routes.get("/version")
    @documented(Operation(tag="service", example=lambda: body, samples={"curl": f"curl -fsS {HOST}/version"}))
    def show() -> VersionResponse:
        """Return the versions of the app, its model and its frameworks."""
        return body

    return routes
