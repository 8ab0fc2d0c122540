"""Gunicorn settings.

The app is imported here, in the master process, so that the workers share the memory of its libraries.
"""

from __future__ import annotations

import os
from typing import Any

# onnxruntime's telemetry starts a thread at import, and a thread does not survive the fork of a worker.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import classifier.app  # noqa: F401
from classifier.config import load_config, positive_integer
from classifier.logs import logging_config

_config = load_config(os.environ)

bind = f"0.0.0.0:{positive_integer(os.environ, 'PORT', 8080)}"
worker_class = "gthread"
workers = positive_integer(os.environ, "APP_WORKERS", 2)
threads = positive_integer(os.environ, "APP_WORKER_THREADS", 4)
worker_tmp_dir = "/dev/shm"  # noqa: S108 - writable even with a read-only root file system
control_socket_disable = True
timeout = 30
graceful_timeout = 25
keepalive = 5
proc_name = "classifier"
logconfig_dict = logging_config(_config.log_level)


def pre_request(worker: Any, request: Any) -> None:  # noqa: ARG001
    """Close the connection after each response while draining.

    Gunicorn ignores the `Connection` header that the app sets.
    """
    if _config.drain_file.exists():
        request.force_close()
