"""The members of the two wire formats."""

from __future__ import annotations

import re

from e2e.api_client import ApiClient


def test_score_keeps_the_original_wire_format(api: ApiClient, photo: bytes) -> None:
    """/score returns {"result": [[[[label, percent] × 3]], "Computed in … ms"]} for one image."""
    body = api.score(photo).json()
    assert list(body) == ["result"]
    images, computed = body["result"]
    assert re.fullmatch(r"Computed in [0-9.]+ ms", computed)
    assert len(images) == 1
    assert len(images[0]) == 3
    assert all(isinstance(label, str) and 0 <= percent <= 100 for label, percent in images[0])
    assert images[0] == sorted(images[0], key=lambda pair: -pair[1])


def test_score_accepts_python_bytes_literals(api: ApiClient, photo: bytes) -> None:
    """/score accepts items that an old client wrote as b'…', and returns the same result."""
    plain, quoted = api.score(photo), api.score(photo, quote="b'{}'")
    assert quoted.status_code == 200, quoted.text[:200]
    assert quoted.json()["result"][0] == plain.json()["result"][0]


def test_predict_returns_model_predictions_and_timings(api: ApiClient, photo: bytes) -> None:
    """/predict returns the model's identity, five predictions in descending order, and timings."""
    body = api.predict(photo).json()
    assert {"name", "version", "digest"} <= body["model"].keys()
    assert body["timings"]
    assert len(body["predictions"]) == 5
    probabilities = [each["probability"] for each in body["predictions"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1.001


def test_predict_limits_predictions_to_top(api: ApiClient, photo: bytes) -> None:
    """/predict?top=2 returns two predictions."""
    assert len(api.predict(photo, top=2).json()["predictions"]) == 2


def test_predict_accepts_a_form(api: ApiClient, photo: bytes) -> None:
    """/predict accepts a photo as the file of a form, with the same predictions as for a plain body."""
    form = api.post("/predict", files={"file": ("photo.png", photo, "image/png")})
    assert form.status_code == 200, form.text[:200]
    assert form.json()["predictions"] == api.predict(photo).json()["predictions"]
