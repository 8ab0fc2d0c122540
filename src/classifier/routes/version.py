"""`GET /version`: versions of the app, its model and its frameworks."""

from __future__ import annotations

import platform
from importlib.metadata import version

from flask import Blueprint

from classifier.config import Config
from classifier.identity import model_identity
from imagemodel.card import Card

FRAMEWORKS = ("flask", "onnxruntime", "numpy", "pillow")


def version_blueprint(config: Config, card: Card) -> Blueprint:
    """Return the route `/version`. Its response is constant for the lifetime of the process."""
    routes = Blueprint("version", __name__)
    body = {
        "app": {
            "commit": config.commit,
            "release": config.release,
            "image": config.image,
            "environment": config.environment,
        },
        "model": model_identity(card),
        "frameworks": {"python": platform.python_version(), **{name: version(name) for name in FRAMEWORKS}},
    }

    @routes.get("/version")
    def show() -> dict[str, object]:
        return dict(body)

    return routes
