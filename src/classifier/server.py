"""Gunicorn's settings. The libraries are imported here, once, so that the workers share their memory."""

from __future__ import annotations

import os
from typing import Any

# Before onnxruntime is imported: its telemetry starts a thread, and none survives the fork of a worker.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import classifier.app  # noqa: F401
from classifier.config import load_config, positive
from classifier.logs import logging_config

_config = load_config(os.environ)

bind = f"0.0.0.0:{positive(os.environ, 'PORT', 8080)}"
worker_class = "gthread"
workers = positive(os.environ, "APP_WORKERS", 2)
threads = positive(os.environ, "APP_WORKER_THREADS", 4)
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the only place to write where the root is read-only
control_socket_disable = True
timeout = 30
graceful_timeout = 25
keepalive = 5
proc_name = "classifier"
logconfig_dict = logging_config(_config.log_level)


def pre_request(worker: Any, request: Any) -> None:  # noqa: ARG001
    """Close the connection behind each answer while draining: gunicorn drops the app's own word for it."""
    if _config.drain_file.exists():
        request.force_close()
