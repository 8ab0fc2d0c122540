"""The reference page of the HTTP API agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from classifier import config

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "http.md").read_text()


def test_page_lists_every_route(app: Flask) -> None:
    """The page names every route of the app."""
    assert [rule.rule for rule in app.url_map.iter_rules() if f"{rule.rule}`" not in PAGE] == []


def test_page_lists_every_environment_variable() -> None:
    """The page names every environment variable that the app or the server reads, except two of the image."""
    server = Path(config.__file__).parent / "server"
    source = "".join(path.read_text() for path in (Path(config.__file__), server / "settings.py"))
    read = set(re.findall(r"[\"\']((?:APP|SEATRIAL)_[A-Z_]+|PORT)[\"\']", source))
    assert read - set(re.findall(r"`([A-Z_]+)`", PAGE)) == {"APP_MODEL_DIR", "APP_COMMIT"}
