"""What the tests of the page need on this machine: Chromium, its driver, and axe-core.

Missing packages of the distribution are installed; axe-core is installed by npm into the user's cache, as
package-lock.json pins it.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path
from rich.console import Console

from localcloud.display import PlainDisplay
from localcloud.engine.install import install
from localcloud.errors import LocalcloudError
from seatrial.errors import SeatrialError
from seatrial.process import run

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVER = "chromedriver"
BROWSER = {BROWSERS[0]: "chromium", DRIVER: "chromium-driver"}
FONT = {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core"}
NPM = {"npm": "npm"}
NPM_SECONDS = 300


def folder() -> Path:
    """Return the directory of the user's cache for programs of tests, which exists."""
    tools = Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial")) / "tools"
    tools.mkdir(parents=True, exist_ok=True)
    return tools


@cache
def browser() -> tuple[str, str]:
    """Return the paths of Chromium or Chrome and of its driver, installed with a font if there is none.

    Fails the test if that is not possible.
    """
    if not _browser() or not shutil.which(DRIVER):
        _install({**BROWSER, **FONT}, "there is no Chromium with chromedriver for the tests of the page")
    return str(_browser()), str(shutil.which(DRIVER))


def _browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@cache
def axe() -> str:
    """Return the source of axe-core, which is installed if the cache does not have it.

    Fails the test if that is not possible.
    """
    version = json.loads((HERE / "package.json").read_text())["dependencies"]["axe-core"]
    target = folder() / f"axe-core-{version}"
    with FileLock(folder() / f"axe-core-{version}.lock"):
        if not target.exists():
            _install(NPM, "there is no npm to install axe-core")
            _install_axe(target)
    return (target / "node_modules/axe-core/axe.min.js").read_text()


def _install_axe(target: Path) -> None:
    new = target.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, new / name)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    try:
        run(["npm", "ci", *quiet], timeout=NPM_SECONDS, cwd=new)
    except SeatrialError as error:
        pytest.fail(f"axe-core cannot be installed; is the npm registry reachable? {error.line}\n{error.log}")
    new.rename(target)


def _install(packages: dict[str, str], why: str) -> None:
    names = ", ".join(packages.values())
    try:
        with FileLock(folder() / "apt.lock"):
            install(packages, PlainDisplay(Console(stderr=True)), why=why, elsewhere=f"install {names}")
    except LocalcloudError as error:
        pytest.fail(f"{error.message}; {error.hint}", pytrace=False)
