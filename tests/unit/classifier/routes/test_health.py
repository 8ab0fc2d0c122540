"""Health routes, `/version`, and the checks of the model at start."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from classifier.inference import Predictor
from colours import write_model
from imagemodel.card import load_card
from imagemodel.classifier import ImageClassifier
from imagemodel.errors import PredictionError, VerifyError


def test_root_returns_healthy(client: FlaskClient) -> None:
    """`GET /` returns Healthy as plain text."""
    response = client.get("/")
    assert (response.text, response.mimetype) == ("Healthy", "text/plain")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_probes_return_200(client: FlaskClient, path: str) -> None:
    """All probes of a loaded app return 200."""
    assert client.get(path).status_code == 200


def test_draining_app_is_alive_but_not_ready(client: FlaskClient, config: Config) -> None:
    """While the drain file exists, `/readyz` returns 503 and responses have `Connection: close`."""
    config.drain_file.touch()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
    assert client.get("/").headers["Connection"] == "close"


def test_app_sets_no_connection_header_unless_draining(client: FlaskClient) -> None:
    """Without the drain file, the server decides whether to keep the connection."""
    assert "Connection" not in client.get("/").headers


def test_version_returns_app_model_and_frameworks(client: FlaskClient, config: Config) -> None:
    """`/version` returns commit, release, image, environment, model and framework versions."""
    card = load_card(config.model_dir)
    body = client.get("/version").json
    assert body["app"] == {
        "commit": "c0ffee",
        "release": "staging-4",
        "image": "sha256:feed",
        "environment": "staging",
    }
    assert body["model"] == {"name": card.name, "version": card.version, "digest": card.digest}
    assert set(body["frameworks"]) == {"python", "flask", "onnxruntime", "numpy", "pillow"}


def test_app_does_not_start_with_changed_model(tmp_path: Path) -> None:
    """`create_app` raises VerifyError if a file of the model does not match its card."""
    write_model(tmp_path / "model")
    (tmp_path / "model" / "labels.txt").write_text("cat\ndog\nowl\n")
    with pytest.raises(VerifyError):
        create_app(Config(model_dir=tmp_path / "model"))


def test_app_does_not_start_if_first_inference_fails(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model must complete one inference before the app exists."""

    def fail(*_: object) -> None:
        raise PredictionError("failed")

    model = ImageClassifier.load(model_dir)
    monkeypatch.setattr(model, "infer", fail)
    with pytest.raises(PredictionError):
        Predictor(model)
