"""Fixtures: the app with a small model, and a test client for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from colours import write_model
from unit.classifier.documented_client import DocumentedClient


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that classifies red, green and blue images."""
    directory = tmp_path_factory.mktemp("model") / "colours"
    write_model(directory)
    return directory


@pytest.fixture
def config(model_dir: Path, tmp_path: Path) -> Config:
    """Settings as in a pod of a release, with small limits."""
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
    """The app; its test client compares every response with the OpenAPI document."""
    app = create_app(config)
    app.test_client_class = DocumentedClient
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Flask's test client for the app."""
    return app.test_client()
