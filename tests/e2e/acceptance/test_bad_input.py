"""What is no request gets a problem that says so."""

from __future__ import annotations

import pytest
import requests

from e2e.api_client import ApiClient

JSON = {"Content-Type": "application/json"}


def _is_problem(answer: requests.Response, status: int) -> None:
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:200]}"
    assert answer.headers["Content-Type"].partition(";")[0] == "application/problem+json"
    assert answer.json()["error"]
    assert "Traceback" not in answer.text


def test_score_refuses_another_content_type(api: ApiClient) -> None:
    """/score answers 415 to a body that is not application/json."""
    _is_problem(api.post("/score", b"{}", {"Content-Type": "text/plain"}), 415)


def test_predict_refuses_another_content_type(api: ApiClient, espresso: bytes) -> None:
    """/predict answers 415 to a content type that is no photo's, and its connection stays usable."""
    _is_problem(api.post("/predict", espresso, {"Content-Type": "text/html"}), 415)
    assert api.get("/livez").status_code == 200


@pytest.mark.parametrize(
    "body", ["{", "[]", "{}", '{"input": 3}', '{"input": "[]"}', '{"input": "[\\"?\\"]"}']
)
def test_score_refuses_what_is_no_list_of_images(api: ApiClient, body: str) -> None:
    """/score answers 400 to a body without a list of images."""
    _is_problem(api.post("/score", body, JSON), 400)


@pytest.mark.parametrize("body", [b"", b"no photo", b"\xff\xd8\xff\xe0 cut off"])
def test_predict_refuses_what_is_no_photo(api: ApiClient, body: bytes) -> None:
    """/predict answers 400 to a body that is no photo."""
    _is_problem(api.predict(body), 400)


def test_unknown_path_is_404(api: ApiClient) -> None:
    """A path that is not there answers 404."""
    _is_problem(api.get("/no-such-path"), 404)


def test_wrong_verb_is_405(api: ApiClient) -> None:
    """GET /predict answers 405."""
    _is_problem(api.get("/predict"), 405)
