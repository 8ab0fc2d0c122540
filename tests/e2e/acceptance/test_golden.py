"""Predictions for the golden set, over both wire formats."""

from __future__ import annotations

from e2e.api_client import ApiClient
from imagemodel.golden import GoldenSet, Photo
from photo_batches import batches


def test_predict_names_every_golden_photo(
    api: ApiClient, golden: GoldenSet, notes: dict[str, object]
) -> None:
    """/predict gives each golden photo its label, with at least its required probability."""
    wrong: list[str] = []
    predictions: list[dict[str, object]] = []
    notes["golden"] = predictions
    for photo in golden.photos:
        response = api.predict(photo.path.read_bytes())
        assert response.status_code == 200, f"{photo.path.name}: {response.status_code} {response.text[:200]}"
        best = response.json()["predictions"][0]
        predictions.append(_row(photo, best, response.elapsed.total_seconds()))
        if best["label"] != photo.label or best["probability"] < photo.min_probability:
            wrong.append(f"{photo.path.name}: {best['label']} {best['probability']:.2f}, not {photo.label}")
    assert not wrong, "; ".join(wrong)


def test_score_names_every_golden_photo(api: ApiClient, golden: GoldenSet) -> None:
    """/score gives the golden photos of each request their labels, in order."""
    for batch in batches(golden.photos):
        response = api.score(*(photo.path.read_bytes() for photo in batch))
        assert response.status_code == 200, response.text[:200]
        found = [best[0][0] for best in response.json()["result"][0]]
        assert found == [photo.label for photo in batch]


def _row(photo: Photo, best: dict[str, object], seconds: float) -> dict[str, object]:
    return {
        "photo": photo.path.name,
        "expected": photo.label,
        "min_probability": photo.min_probability,
        "label": best["label"],
        "probability": best["probability"],
        "ms": round(1000 * seconds, 1),
    }
