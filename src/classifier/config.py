"""Settings of the app, read once from environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier.cpus import cpu_limit, inference_threads
from classifier.errors import ConfigError
from classifier.memory import decode_budget
from imagemodel.decode.budget import DECODE_BYTES

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Config:
    """Settings of one process.

    `max_body` is in bytes, `max_images` limits the images of one `/score` request, `decode_bytes` is the
    memory of all decodes that run at once, `threads` is the number of threads of one inference. While
    `drain_file` exists, the app reports that it is not ready. `monitored_labels` is a file with the labels
    that the metrics count by name.
    """

    model_dir: Path
    commit: str = "unknown"
    release: str | None = None
    image: str | None = None
    environment: str | None = None
    drain_file: Path = Path("/tmp/draining")  # noqa: S108 - in the pod's own volume, created by its preStop hook
    max_body: int = 16 * MEBIBYTE
    max_images: int = 32
    decode_bytes: int = DECODE_BYTES
    threads: int = 1
    log_level: str = "INFO"
    monitored_labels: Path = Path("/app/monitored-labels.txt")


def load_config(environ: Mapping[str, str]) -> Config:
    """Return the settings in `environ`. Raises ConfigError naming the variable if a value is invalid."""
    defaults = Config(model_dir=Path("/app/model"))
    return Config(
        model_dir=Path(environ.get("APP_MODEL_DIR") or defaults.model_dir),
        commit=environ.get("APP_COMMIT") or defaults.commit,
        release=environ.get("SEATRIAL_RELEASE") or None,
        image=environ.get("SEATRIAL_IMAGE_DIGEST") or None,
        environment=environ.get("SEATRIAL_ENVIRONMENT") or None,
        drain_file=Path(environ.get("SEATRIAL_DRAIN_FILE") or defaults.drain_file),
        max_body=positive_integer(environ, "APP_MAX_BODY_BYTES", defaults.max_body),
        max_images=positive_integer(environ, "APP_MAX_IMAGES", defaults.max_images),
        decode_bytes=_decode_bytes(environ),
        threads=positive_integer(environ, "APP_INFERENCE_THREADS", _threads(environ)),
        monitored_labels=Path(environ.get("APP_MONITORED_LABELS") or defaults.monitored_labels),
        log_level=_log_level(environ, defaults.log_level),
    )


def positive_integer(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return the variable `name` as an integer of at least 1. Raises ConfigError for any other value."""
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ConfigError(f"{name}: invalid value {text!r}", "set it to an integer of at least 1")
    return int(text)


def _decode_bytes(environ: Mapping[str, str]) -> int:
    default = max(1, decode_budget() // MEBIBYTE)
    return positive_integer(environ, "APP_DECODE_MB", default) * MEBIBYTE


def _threads(environ: Mapping[str, str]) -> int:
    limit = cpu_limit()
    return inference_threads(positive_integer(environ, "APP_WORKERS", limit or 1), limit)


def _log_level(environ: Mapping[str, str], default: str) -> str:
    level = (environ.get("APP_LOG_LEVEL") or default).upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ConfigError(f"APP_LOG_LEVEL: invalid value {level!r}", "set DEBUG, INFO, WARNING or ERROR")
    return level
