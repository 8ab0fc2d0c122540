"""LitServe, as its quick start shows.

It reads the annotations of `decode_request`: without one a request is JSON.
"""

from typing import Any

import litserve as ls
from plain import PlainClassifier


class Score(ls.LitAPI):
    """The four steps of a request."""

    def setup(self, device: str) -> None:  # noqa: ARG002
        """Load the model; LitServe calls this once in each worker."""
        self.classifier = PlainClassifier()

    def decode_request(self, request):  # type: ignore[no-untyped-def]
        """Return the photos of the request."""
        return str(request["input"])

    def predict(self, x: str) -> dict[str, Any]:
        """Classify the photos."""
        return self.classifier.score(x)

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """Return the response."""
        return output


if __name__ == "__main__":
    server = ls.LitServer(Score(api_path="/score"), accelerator="cpu", workers_per_device=2)
    server.run(port=8080, generate_client_file=False)
