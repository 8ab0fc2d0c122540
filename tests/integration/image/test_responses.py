"""Responses of the app in the image."""

from __future__ import annotations

import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

import pytest

from app_container import AppContainer
from imagemodel.golden import GoldenSet, Photo
from photo_batches import batches

# The labels of an image that /score returns, unless the model has fewer classes; concurrent requests.
SCORED, REQUESTS = 3, 80


def test_predict_gives_expected_label_for_every_golden_photo(
    app: AppContainer, golden: GoldenSet, model_digest: str
) -> None:
    """`/predict` gives each golden photo its expected label with at least the least probability."""
    for photo in golden.photos:
        response = app.post(
            "/predict", data=photo.path.read_bytes(), headers={"Content-Type": content_type(photo)}
        ).json()
        best = response["predictions"][0]
        assert best["label"] == photo.label, photo.path.name
        assert best["probability"] >= photo.min_probability, photo.path.name
        assert response["model"]["digest"] == model_digest


def test_predict_accepts_multipart_form(app: AppContainer, golden: GoldenSet) -> None:
    """`/predict` accepts a multipart form and returns `top` predictions."""
    photo = golden.photos[0]
    with photo.path.open("rb") as file:
        response = app.post("/predict?top=2", files={"file": file}).json()
    assert response["predictions"][0]["label"] == photo.label
    assert len(response["predictions"]) == 2


@pytest.mark.parametrize("form", ["{}", "b'{}'"])
def test_score_gives_expected_labels_in_original_format(
    app: AppContainer, golden: GoldenSet, form: str
) -> None:
    """`/score` classifies several photos and responds in the original wire format."""
    for batch in batches(golden.photos):
        items = [form.format(base64.b64encode(photo.path.read_bytes()).decode()) for photo in batch]
        images, computed = app.post("/score", json={"input": json.dumps(items)}).json()["result"]
        assert [best[0][0] for best in images] == [photo.label for photo in batch]
        assert all(
            best[0][1] >= 100 * photo.min_probability for best, photo in zip(images, batch, strict=True)
        )
        # A model of two classes has two.
        predictions = app.post("/predict", data=batch[0].path.read_bytes()).json()["predictions"]
        assert [label for label, _ in images[0]] == [each["label"] for each in predictions[:SCORED]]
        assert computed.startswith("Computed in ")


def test_open_inference_protocol_gives_the_labels_of_predict(app: AppContainer, golden: GoldenSet) -> None:
    """An inference of the Open Inference Protocol gives each golden photo the labels of `/predict`."""
    model = f"/v2/models/{app.get('/version').json()['model']['name']}"
    described = app.get(model).json()
    (name,), output = ([each["name"] for each in described["inputs"]], described["outputs"][-1]["name"])
    for photo in golden.photos:
        data = photo.path.read_bytes()
        item = {"name": name, "datatype": "BYTES", "shape": [1], "data": [base64.b64encode(data).decode()]}
        wanted = {"name": output, "parameters": {"classification": SCORED}}
        response = app.post(f"{model}/infer", json={"inputs": [item], "outputs": [wanted]}).json()
        found = [text.split(":", 2)[2] for text in response["outputs"][0]["data"]]
        predictions = app.post("/predict", data=data).json()["predictions"]
        assert found == [each["label"] for each in predictions[:SCORED]], photo.path.name


def test_version_matches_image_labels(app: AppContainer, engine: Any, image: str, model_digest: str) -> None:
    """`/version` returns the model and commit in the image's labels, and the expected model digest."""
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


def test_root_and_probes_return_200(app: AppContainer) -> None:
    """`/` returns Healthy, and the page with its files to a browser; the probes return 200."""
    assert app.get("/").text == "Healthy"
    page = app.get("/", headers={"Accept": "text/html"}).text
    files = re.findall(r'(?:src|href)="(page/[^"]+)"', page)
    assert files
    assert [path for path in files if app.get(f"/{path}").status_code != 200] == []
    assert [app.get(path).status_code for path in ("/livez", "/readyz", "/healthz")] == [200, 200, 200]


INVALID_REQUESTS = [
    ("GET", "/nowhere", {}, 404),
    ("GET", "/score", {}, 405),
    ("POST", "/score", {"data": "x", "headers": {"Content-Type": "text/plain"}}, 415),
    ("POST", "/score", {"json": {"input": "[3]"}}, 400),
    ("POST", "/predict", {"data": b"not an image", "headers": {"Content-Type": "image/jpeg"}}, 400),
    ("POST", "/predict", {"data": b"GIF89a", "headers": {"Content-Type": "image/gif"}}, 400),
    ("POST", "/predict", {"data": b"GIF89a", "headers": {"Content-Type": "text/html"}}, 415),
    ("POST", "/v2/models/nobody/infer", {"json": {}}, 404),
    ("POST", "/predict", {"data": b"x" * (17 << 20), "headers": {"Content-Type": "image/jpeg"}}, 413),
]


@pytest.mark.parametrize(("method", "path", "options", "status"), INVALID_REQUESTS)
def test_invalid_request_returns_problem_with_identity(
    app: AppContainer, method: str, path: str, options: dict[str, Any], status: int, model_digest: str
) -> None:
    """An invalid request gets its status, a problem response and the identity headers."""
    response = app.session.request(method, app.url + path, timeout=10, **options)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["error"]
    assert response.headers["X-Model-Digest"] == model_digest
    assert response.headers["X-Request-Id"]
    assert response.headers["X-Release"] == "unreleased"


def test_chunked_body_over_limit_returns_413(app: AppContainer) -> None:
    """A chunked body over the size limit returns 413."""
    chunks = (b"x" * (1 << 20) for _ in range(17))
    response = app.post("/predict", data=chunks, headers={"Content-Type": "image/jpeg"})
    assert response.status_code == 413


def test_concurrent_requests_get_their_own_responses(app: AppContainer, golden: GoldenSet) -> None:
    """Each of eight concurrent clients gets the prediction for its own photo."""
    photos = list(islice(cycle(golden.photos), REQUESTS))
    bodies = {photo.path: photo.path.read_bytes() for photo in golden.photos}
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda photo: app.post("/predict", data=bodies[photo.path]).json(), photos))
    assert [each["predictions"][0]["label"] for each in results] == [photo.label for photo in photos]


def content_type(photo: Photo) -> str:
    """Return the content type of a photo."""
    return {".png": "image/png", ".webp": "image/webp"}.get(photo.path.suffix, "image/jpeg")
