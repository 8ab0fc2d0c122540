"""The members of the two wire formats."""

from __future__ import annotations

import re

import pytest

from e2e.api_client import ApiClient

SCORED, PREDICTED = 3, 5
"""The numbers of labels that the two routes return, unless the model has fewer classes."""


def test_score_keeps_the_original_wire_format(api: ApiClient, photo: bytes) -> None:
    """/score returns {"result": [[[[label, percent], …]], "Computed in … ms"]}: the best three, or all."""
    predicted, body = api.predict(photo).json(), api.score(photo).json()
    best = predicted["predictions"][:SCORED]
    # Older versions do not name the model.
    assert body.pop("model", predicted["model"]) == predicted["model"]
    assert list(body) == ["result"]
    images, computed = body["result"]
    assert re.fullmatch(r"Computed in [0-9.]+ ms", computed)
    assert len(images) == 1
    # A model of two classes has two.
    assert [label for label, _ in images[0]] == [each["label"] for each in best]
    assert [percent for _, percent in images[0]] == pytest.approx(
        [100 * each["probability"] for each in best], abs=0.01
    )


def test_score_accepts_python_bytes_literals(api: ApiClient, photo: bytes) -> None:
    """/score accepts items that an old client wrote as b'…', and returns the same result."""
    plain, quoted = api.score(photo), api.score(photo, quote="b'{}'")
    assert quoted.status_code == 200, quoted.text[:200]
    assert quoted.json()["result"][0] == plain.json()["result"][0]


def test_predict_returns_model_predictions_and_timings(api: ApiClient, photo: bytes) -> None:
    """/predict returns the model's identity, its five best predictions in descending order, and timings."""
    body = api.predict(photo).json()
    assert {"name", "version", "digest"} <= body["model"].keys()
    assert body["timings"]
    assert len(body["predictions"]) == PREDICTED or _has_no_more_classes(api, photo, len(body["predictions"]))
    probabilities = [each["probability"] for each in body["predictions"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1.001


def _has_no_more_classes(api: ApiClient, photo: bytes, classes: int) -> bool:
    more = api.predict(photo, top=classes + 1)
    # Older versions refuse a number above that of the classes.
    return more.status_code == 400 or len(more.json()["predictions"]) == classes


def test_predict_limits_predictions_to_top(api: ApiClient, photo: bytes) -> None:
    """/predict?top=2 returns two predictions."""
    assert len(api.predict(photo, top=2).json()["predictions"]) == 2


def test_predict_accepts_a_form(api: ApiClient, photo: bytes) -> None:
    """/predict accepts a photo as the file of a form, with the same predictions as for a plain body."""
    form = api.post("/predict", files={"file": ("photo.png", photo, "image/png")})
    assert form.status_code == 200, form.text[:200]
    assert form.json()["predictions"] == api.predict(photo).json()["predictions"]
