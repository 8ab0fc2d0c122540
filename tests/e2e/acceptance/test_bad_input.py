"""Invalid requests, each of which gets a problem document (RFC 9457)."""

from __future__ import annotations

import pytest
import requests

from e2e.api_client import ApiClient

JSON = {"Content-Type": "application/json"}


def _assert_problem(response: requests.Response, status: int) -> None:
    assert response.status_code == status, f"{response.status_code}: {response.text[:200]}"
    assert response.headers["Content-Type"].partition(";")[0] == "application/problem+json"
    assert response.json()["error"]
    assert "Traceback" not in response.text


def test_score_refuses_another_content_type(api: ApiClient) -> None:
    """/score returns 415 if the content type is not application/json."""
    _assert_problem(api.post("/score", b"{}", {"Content-Type": "text/plain"}), 415)


def test_predict_refuses_another_content_type(api: ApiClient, photo: bytes) -> None:
    """/predict returns 415 if the content type is not that of an image, and the connection stays usable."""
    _assert_problem(api.post("/predict", photo, {"Content-Type": "text/html"}), 415)
    assert api.get("/livez").status_code == 200


@pytest.mark.parametrize(
    "body", ["{", "[]", "{}", '{"input": 3}', '{"input": "[]"}', '{"input": "[\\"?\\"]"}']
)
def test_score_refuses_a_body_without_images(api: ApiClient, body: str) -> None:
    """/score returns 400 if the body has no list of images."""
    _assert_problem(api.post("/score", body, JSON), 400)


@pytest.mark.parametrize("body", [b"", b"no photo", b"\xff\xd8\xff\xe0 cut off"])
def test_predict_refuses_a_body_that_is_not_an_image(api: ApiClient, body: bytes) -> None:
    """/predict returns 400 if the body is not an image."""
    _assert_problem(api.predict(body), 400)


def test_unknown_path_is_404(api: ApiClient) -> None:
    """A path that does not exist returns 404."""
    _assert_problem(api.get("/no-such-path"), 404)


def test_wrong_method_is_405(api: ApiClient) -> None:
    """GET /predict returns 405."""
    _assert_problem(api.get("/predict"), 405)
