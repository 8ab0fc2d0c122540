"""The answers: what the golden set expects, over both wire formats."""

from __future__ import annotations

from e2e.api_client import ApiClient
from imagemodel.golden import GoldenSet, Photo


def test_predict_names_every_golden_photo(
    api: ApiClient, golden: GoldenSet, notes: dict[str, object]
) -> None:
    """/predict gives each golden photo its label, as surely as the golden set asks."""
    wrong: list[str] = []
    answers: list[dict[str, object]] = []
    notes["golden"] = answers
    for photo in golden.photos:
        answer = api.predict(photo.path.read_bytes())
        assert answer.status_code == 200, f"{photo.path.name}: {answer.status_code} {answer.text[:200]}"
        best = answer.json()["predictions"][0]
        answers.append(_row(photo, best, answer.elapsed.total_seconds()))
        if best["label"] != photo.label or best["probability"] < photo.min_probability:
            wrong.append(f"{photo.path.name}: {best['label']} {best['probability']:.2f}, not {photo.label}")
    assert not wrong, "; ".join(wrong)


def test_score_names_every_golden_photo(api: ApiClient, golden: GoldenSet) -> None:
    """/score gives all golden photos, in one request and in order, their labels."""
    answer = api.score(*(photo.path.read_bytes() for photo in golden.photos))
    assert answer.status_code == 200, answer.text[:200]
    found = [best[0][0] for best in answer.json()["result"][0]]
    assert found == [photo.label for photo in golden.photos]


def _row(photo: Photo, best: dict[str, object], seconds: float) -> dict[str, object]:
    return {
        "photo": photo.path.name,
        "expected": photo.label,
        "min_probability": photo.min_probability,
        "label": best["label"],
        "probability": best["probability"],
        "ms": round(1000 * seconds, 1),
    }
