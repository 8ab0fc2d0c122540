"""The app's settings, read once from the environment into a frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier.errors import ConfigError

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Config:
    """What the app is told: baked in at build, or given by the pod that runs it.

    `max_body` is in bytes, `max_images` counts the images of one `/score` request, `threads` are those that
    one inference may use. While `drain_file` exists the app is being taken out of service.
    """

    model_dir: Path
    commit: str = "unknown"
    release: str | None = None
    image: str | None = None
    environment: str | None = None
    drain_file: Path = Path("/tmp/draining")  # noqa: S108 - the pod's own volume, agreed with its preStop hook
    max_body: int = 16 * MEBIBYTE
    max_images: int = 32
    threads: int = 1
    log_level: str = "INFO"


def load_config(environ: Mapping[str, str]) -> Config:
    """Return the settings that `environ` holds; ConfigError names the variable whose value is wrong."""
    defaults = Config(model_dir=Path("/app/model"))
    return Config(
        model_dir=Path(environ.get("APP_MODEL_DIR") or defaults.model_dir),
        commit=environ.get("APP_COMMIT") or defaults.commit,
        release=environ.get("SEATRIAL_RELEASE") or None,
        image=environ.get("SEATRIAL_IMAGE_DIGEST") or None,
        environment=environ.get("SEATRIAL_ENVIRONMENT") or None,
        drain_file=Path(environ.get("SEATRIAL_DRAIN_FILE") or defaults.drain_file),
        max_body=positive(environ, "APP_MAX_BODY_BYTES", defaults.max_body),
        max_images=positive(environ, "APP_MAX_IMAGES", defaults.max_images),
        threads=positive(environ, "APP_INFERENCE_THREADS", defaults.threads),
        log_level=_level(environ, defaults.log_level),
    )


def positive(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a variable as a whole number from 1; ConfigError when it holds something else."""
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ConfigError(f"{name} is {text!r}", "give a whole number from 1")
    return int(text)


def _level(environ: Mapping[str, str], default: str) -> str:
    level = (environ.get("APP_LOG_LEVEL") or default).upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ConfigError(f"APP_LOG_LEVEL is {level!r}", "give DEBUG, INFO, WARNING or ERROR")
    return level
