"""Alive, ready, draining, and which version answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from classifier.inference import Predictor
from colours import write_model
from imagemodel.card import load_card
from imagemodel.classifier import Model
from imagemodel.errors import PredictionError, VerifyError


def test_home_is_healthy(client: FlaskClient) -> None:
    """`GET /` says Healthy, as plain text."""
    answer = client.get("/")
    assert (answer.text, answer.mimetype) == ("Healthy", "text/plain")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_probes_pass(client: FlaskClient, path: str) -> None:
    """A loaded app is alive and ready."""
    assert client.get(path).status_code == 200


def test_draining_app_is_alive_but_not_ready(client: FlaskClient, config: Config) -> None:
    """While the drain file exists no new request is asked for, and those that come are answered."""
    config.drain_file.touch()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
    assert client.get("/").headers["Connection"] == "close"


def test_app_that_is_not_draining_keeps_connections(client: FlaskClient) -> None:
    """Without the drain file the server decides about the connection."""
    assert "Connection" not in client.get("/").headers


def test_version_names_all_that_an_answer_depends_on(client: FlaskClient, config: Config) -> None:
    """Commit, release, image, environment, model and frameworks."""
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


def test_changed_model_never_becomes_an_app(tmp_path: Path) -> None:
    """An app whose model is not what its card says does not start."""
    write_model(tmp_path / "model")
    (tmp_path / "model" / "labels.txt").write_text("cat\ndog\nowl\n")
    with pytest.raises(VerifyError):
        create_app(Config(model_dir=tmp_path / "model"))


def test_model_that_does_not_answer_is_never_ready(model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app asks its model one real question before it is there at all."""

    def fail(*_: object) -> None:
        raise PredictionError("no answer")

    model = Model.load(model_dir)
    monkeypatch.setattr(model, "infer", fail)
    with pytest.raises(PredictionError):
        Predictor(model)
