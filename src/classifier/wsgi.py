"""What the server calls, once in each worker."""

from __future__ import annotations

import os

from flask import Flask

from classifier.app import create_app
from classifier.config import load_config


def application() -> Flask:
    """Return the app for this process's environment."""
    return create_app(load_config(os.environ))
