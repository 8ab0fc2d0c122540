"""Settings from environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.config import Config, load_config
from classifier.errors import ConfigError


def test_empty_environment_gives_defaults() -> None:
    """The app needs no environment variable."""
    assert load_config({}) == Config(model_dir=Path("/app/model"))


def test_identity_is_read_from_environment() -> None:
    """Release, image, environment, commit and drain file are read from their variables."""
    config = load_config(
        {
            "SEATRIAL_RELEASE": "local-1",
            "SEATRIAL_IMAGE_DIGEST": "sha256:1",
            "SEATRIAL_ENVIRONMENT": "local",
            "SEATRIAL_DRAIN_FILE": "/run/drain",
            "APP_COMMIT": "abc",
        }
    )
    assert (config.release, config.image, config.environment) == ("local-1", "sha256:1", "local")
    assert (config.drain_file, config.commit) == (Path("/run/drain"), "abc")


@pytest.mark.parametrize(
    ("name", "value"),
    [("APP_MAX_BODY_BYTES", "-1"), ("APP_INFERENCE_THREADS", "two"), ("APP_LOG_LEVEL", "LOUD")],
)
def test_invalid_value_raises_error_with_variable_name(name: str, value: str) -> None:
    """An invalid value raises ConfigError that names the variable."""
    with pytest.raises(ConfigError, match=name):
        load_config({name: value})
