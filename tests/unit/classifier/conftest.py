"""The app with a small model of its own, and a client to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from colours import write_model


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that tells red, green and blue apart."""
    directory = tmp_path_factory.mktemp("model") / "colours"
    write_model(directory)
    return directory


@pytest.fixture
def config(model_dir: Path, tmp_path: Path) -> Config:
    """Settings as a pod gives them."""
    return Config(
        model_dir=model_dir,
        commit="c0ffee",
        release="staging-4",
        image="sha256:feed",
        environment="staging",
        drain_file=tmp_path / "draining",
        max_body=200_000,
        max_images=3,
    )


@pytest.fixture
def app(config: Config) -> Flask:
    """The app."""
    return create_app(config)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that talks to the app without a server between."""
    return app.test_client()
