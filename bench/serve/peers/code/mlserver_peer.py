"""MLServer: a runtime of one's own with a path of its own, as its page on custom runtimes shows."""

from __future__ import annotations

from typing import Any

from mlserver import MLModel
from mlserver.handlers import custom_handler
from plain import PlainClassifier


class Score(MLModel):
    """The model, loaded by each of the parallel workers."""

    async def load(self) -> bool:
        """Load the model."""
        self.classifier = PlainClassifier()
        return True

    @custom_handler(rest_path="/score")
    async def score(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Classify the photos of the request."""
        return self.classifier.score(payload["input"])
