"""The two wire formats, member by member."""

from __future__ import annotations

import re

from e2e.api_client import ApiClient


def test_score_keeps_the_original_wire_format(api: ApiClient, espresso: bytes) -> None:
    """/score answers {"result": [[[[label, percent] × 3]], "Computed in … ms"]} for one image."""
    body = api.score(espresso).json()
    assert list(body) == ["result"]
    images, computed = body["result"]
    assert re.fullmatch(r"Computed in [0-9.]+ ms", computed)
    assert len(images) == 1
    assert len(images[0]) == 3
    assert all(isinstance(label, str) and 0 <= percent <= 100 for label, percent in images[0])
    assert images[0] == sorted(images[0], key=lambda pair: -pair[1])


def test_score_takes_pythons_notation_of_bytes(api: ApiClient, espresso: bytes) -> None:
    """/score takes items that an old client wrote as b'…', and answers the same."""
    plain, quoted = api.score(espresso), api.score(espresso, quote="b'{}'")
    assert quoted.status_code == 200, quoted.text[:200]
    assert quoted.json()["result"][0] == plain.json()["result"][0]


def test_predict_has_model_predictions_and_timings(api: ApiClient, espresso: bytes) -> None:
    """/predict answers the model's identity, five predictions from the likeliest on, and timings."""
    body = api.predict(espresso).json()
    assert {"name", "version", "digest"} <= body["model"].keys()
    assert body["timings"]
    assert len(body["predictions"]) == 5
    chances = [each["probability"] for each in body["predictions"]]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1.001


def test_predict_takes_top(api: ApiClient, espresso: bytes) -> None:
    """/predict?top=2 answers two predictions."""
    assert len(api.predict(espresso, top=2).json()["predictions"]) == 2


def test_predict_takes_a_form(api: ApiClient, espresso: bytes) -> None:
    """/predict takes the photo as a form's file, and answers as for the body itself."""
    form = api.post("/predict", files={"file": ("photo.png", espresso, "image/png")})
    assert form.status_code == 200, form.text[:200]
    assert form.json()["predictions"] == api.predict(espresso).json()["predictions"]
