"""Plain Flask, as its quickstart shows; gunicorn or Flask's own server runs it."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from plain import PlainClassifier

app = Flask(__name__)
classifier = PlainClassifier()


@app.post("/score")
def score() -> dict[str, Any]:
    """Classify the photos of the request."""
    return classifier.score(request.get_json()["input"])
