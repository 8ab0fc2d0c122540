"""WSGI entry point, which the server calls once."""

from __future__ import annotations

import os

from flask import Flask

from classifier.app import create_app
from classifier.config import load_config


def application() -> Flask:
    """Return the app configured from the environment variables of this process."""
    return create_app(load_config(os.environ))
