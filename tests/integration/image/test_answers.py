"""The image answers: real photos, the labels expected of them, and who answered."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app_container import AppContainer
from imagemodel.golden import GoldenSet, Photo


def test_every_golden_photo_as_a_body(app: AppContainer, golden: GoldenSet, model_digest: str) -> None:
    """`/predict` gives each photo the label expected of it, at least as sure as expected."""
    for photo in golden.photos:
        answer = app.post(
            "/predict", data=photo.path.read_bytes(), headers={"Content-Type": mime(photo)}
        ).json()
        best = answer["predictions"][0]
        assert best["label"] == photo.label, photo.path.name
        assert best["probability"] >= photo.min_probability, photo.path.name
        assert answer["model"]["digest"] == model_digest


def test_photo_in_a_form(app: AppContainer, golden: GoldenSet) -> None:
    """`/predict` takes the file of a form, and gives as many labels as asked for."""
    photo = golden.photos[0]
    with photo.path.open("rb") as file:
        answer = app.post("/predict?top=2", files={"file": file}).json()
    assert answer["predictions"][0]["label"] == photo.label
    assert len(answer["predictions"]) == 2


@pytest.mark.parametrize("form", ["{}", "b'{}'"])
def test_all_golden_photos_in_the_original_wire_format(
    app: AppContainer, golden: GoldenSet, form: str
) -> None:
    """`/score` answers several photos at once where old clients look for it."""
    items = [form.format(base64.b64encode(photo.path.read_bytes()).decode()) for photo in golden.photos]
    answer = app.post("/score", json={"input": json.dumps(items)}).json()
    images, computed = answer["result"]
    assert [best[0][0] for best in images] == [photo.label for photo in golden.photos]
    assert all(len(best) == 3 for best in images)
    assert answer["result"][0][0][0][1] >= golden.photos[0].min_probability * 100
    assert computed.startswith("Computed in ")


def test_version_is_what_the_labels_say(
    app: AppContainer, engine: Any, image: str, model_digest: str
) -> None:
    """What the app says of itself is what the image says of it, and what the lock says."""
    labels = engine.images.get(image).labels
    body = app.get("/version").json()
    assert body["model"] == {
        "name": labels["io.seatrial.model.name"],
        "version": labels["io.seatrial.model.version"],
        "digest": model_digest,
    }
    assert labels["io.seatrial.model.digest"] == model_digest
    assert body["app"]["commit"] == labels["org.opencontainers.image.revision"]
    assert body["frameworks"]["python"].startswith("3.13")


def test_home_and_probes(app: AppContainer) -> None:
    """`/` says Healthy and the probes pass."""
    assert app.get("/").text == "Healthy"
    assert [app.get(path).status_code for path in ("/livez", "/readyz", "/healthz")] == [200, 200, 200]


REFUSALS = [
    ("GET", "/nowhere", {}, 404),
    ("GET", "/score", {}, 405),
    ("POST", "/score", {"data": "x", "headers": {"Content-Type": "text/plain"}}, 415),
    ("POST", "/score", {"json": {"input": "[3]"}}, 400),
    ("POST", "/predict", {"data": b"no photo", "headers": {"Content-Type": "image/jpeg"}}, 400),
    ("POST", "/predict", {"data": b"GIF89a", "headers": {"Content-Type": "image/gif"}}, 415),
    ("POST", "/predict", {"data": b"x" * (17 << 20), "headers": {"Content-Type": "image/jpeg"}}, 413),
]


@pytest.mark.parametrize(("method", "path", "sent", "status"), REFUSALS)
def test_refusals_are_problems(
    app: AppContainer, method: str, path: str, sent: dict[str, Any], status: int, model_digest: str
) -> None:
    """What cannot be answered gets its status, a problem that says why, and the same identity."""
    answer = app.session.request(method, app.url + path, timeout=10, **sent)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["error"]
    assert answer.headers["X-Model-Digest"] == model_digest
    assert answer.headers["X-Request-Id"]
    assert answer.headers["X-Release"] == "unreleased"


def test_body_of_unknown_length_is_limited_too(app: AppContainer) -> None:
    """A chunked body gets no further than one that tells its length."""
    parts = (b"x" * (1 << 20) for _ in range(17))
    answer = app.post("/predict", data=parts, headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 413


def test_many_at_once_each_get_their_own_answer(app: AppContainer, golden: GoldenSet) -> None:
    """Eight clients at once: no answer fails, and none is another photo's."""
    photos = list(golden.photos) * 16
    bodies = {photo.path: photo.path.read_bytes() for photo in golden.photos}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda photo: app.post("/predict", data=bodies[photo.path]).json(), photos))
    assert [a["predictions"][0]["label"] for a in answers] == [photo.label for photo in photos]


def mime(photo: Photo) -> str:
    """Return a photo's content type."""
    return {".png": "image/png", ".webp": "image/webp"}.get(photo.path.suffix, "image/jpeg")
