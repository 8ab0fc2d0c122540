"""Settings: read once, from names that a pod gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.config import Config, load_config
from classifier.errors import ConfigError


def test_empty_environment_gives_the_defaults() -> None:
    """The image runs without any setting."""
    assert load_config({}) == Config(model_dir=Path("/app/model"))


def test_pod_gives_its_identity() -> None:
    """Release, image, environment and drain file come from the pod's environment."""
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
def test_wrong_value_names_its_variable(name: str, value: str) -> None:
    """A value that cannot be is refused by name."""
    with pytest.raises(ConfigError, match=name):
        load_config({name: value})
