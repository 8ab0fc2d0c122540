"""More large images at once than memory allows."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from classifier.config import MEBIBYTE, Config
from classifier.inference import load_predictor
from colours import photo
from imagemodel.errors import BusyError, ImageError
from large_photos import LARGE_PHOTOS


def test_busy_response_names_when_to_retry(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that finds no memory for its image gets 503 with Retry-After, as a problem with a hint."""

    def busy(*_: object) -> None:
        raise BusyError("too many large images at once", "retry in a second")

    monkeypatch.setattr("imagemodel.classifier.preprocess_photo", busy)
    response = client.post("/predict", data=photo("red"), content_type="image/png")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.get_json()["detail"] == "retry in a second"


def test_every_predictor_of_a_model_has_the_same_budget(config: Config) -> None:
    """A request that is not measured takes its memory from the budget of all others."""
    predictor = load_predictor(config.model_dir, 1, decode_bytes=MEBIBYTE)
    photo = LARGE_PHOTOS["PNG RGB"]((800, 600))
    for each in (predictor, predictor.unmeasured()):
        with pytest.raises(ImageError, match="the limit is 1 MiB"):
            each.predict([photo], top=1)
