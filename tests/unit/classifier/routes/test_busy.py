"""More large images at once than memory allows."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from colours import photo
from imagemodel.errors import BusyError


def test_busy_response_names_when_to_retry(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that finds no memory for its image gets 503 with Retry-After, as a problem with a hint."""

    def busy(*_: object) -> None:
        raise BusyError("too many large images at once", "retry in a second")

    monkeypatch.setattr("imagemodel.classifier.preprocess_photo", busy)
    response = client.post("/predict", data=photo("red"), content_type="image/png")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.get_json()["detail"] == "retry in a second"
