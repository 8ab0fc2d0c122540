"""The page of the built image, in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import photo
from integration.page.browser import DESKTOP, chromium
from integration.run.running_command import Start


def test_the_page_of_the_image_classifies_a_photo(
    start: Start, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its files are in the image, its server answers them, and no policy is broken."""
    (tmp_path / "red.png").write_bytes(photo("red", kind="PNG"))
    with chromium(DESKTOP, tmp_path_factory.mktemp("profile")) as browser:
        browser.open(start().url())
        browser.choose(tmp_path / "red.png")
        assert browser.answers()[0]
        assert browser.text("#model").startswith("Answers by ")
        assert browser.run("return window.violations") == []
        assert browser.console() == []
