"""BentoML, as its page on services shows."""

from __future__ import annotations

from typing import Any

import bentoml
from plain import PlainClassifier


@bentoml.service(workers=2, resources={"cpu": "2"})
class Score:
    """One API, run by two workers."""

    def __init__(self) -> None:
        self.classifier = PlainClassifier()

    @bentoml.api
    def score(self, input: str) -> dict[str, Any]:
        """Classify the photos of the request."""
        return self.classifier.score(input)
