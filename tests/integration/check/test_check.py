"""check lets an image through only when every test ran and passed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from model_fixtures import settings, store, workspace
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.settings import Settings
from seatrial.stages.check import check
from seatrial.workspace import Workspace
from tiny_image import NAME, import_image, write_results

__all__ = ["settings", "store", "workspace"]
OPTIONS = """
def pytest_addoption(parser):
    for name in ("--image", "--golden", "--model-digest", "--ready-seconds"):
        parser.addoption(name)
"""
PASSES = "def test_image(pytestconfig):\n    assert pytestconfig.getoption('--image').startswith('sha256:')\n"


@pytest.fixture
def engine() -> Iterator[Any]:
    """The Docker engine; the tests' images are removed afterwards."""
    client = docker.from_env()
    yield client
    for image in client.images.list(NAME):
        client.images.remove(image.id, force=True)
    client.close()


@pytest.fixture
def built(workspace: Workspace, engine: Any) -> Workspace:
    """A workspace whose image is in the engine."""
    write_results(workspace, import_image(engine))
    return workspace


def write_tests(folder: Path, text: str) -> str:
    """Write a folder of image tests and return its path."""
    folder.mkdir()
    (folder / "conftest.py").write_text(OPTIONS)
    (folder / "test_image.py").write_text(text)
    return str(folder)


def test_passing_tests_let_it_through(settings: Settings, built: Workspace, tmp_path: Path) -> None:
    """The tests get the image by its id, and the result counts them."""
    done = check(settings, built, write_tests(tmp_path / "image", PASSES))
    assert done.passed == 1
    assert Path(done.report).is_file()


REFUSED = [
    (PASSES + "def test_label():\n    assert 'cat' == 'dog'\n", "test_label did not pass"),
    (PASSES + "import pytest\n@pytest.mark.skip\ndef test_later():\n    pass\n", "test_later did not pass"),
    ("", "there was no test"),
]


@pytest.mark.parametrize(("text", "told"), REFUSED)
def test_failed_skipped_and_absent_tests_refuse(
    settings: Settings, built: Workspace, tmp_path: Path, text: str, told: str
) -> None:
    """One test that did not pass is enough, and none at all is no proof."""
    with pytest.raises(RefusedError, match=told):
        check(settings, built, write_tests(tmp_path / "image", text))
    assert not (built.directory / "run" / "check.json").exists()


def test_nobodys_own_options_thin_out_the_gate(
    settings: Settings, built: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A selection of tests in the environment of whoever runs it leaves none of the image's tests out."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k image")
    with pytest.raises(RefusedError, match="test_label did not pass"):
        check(settings, built, write_tests(tmp_path / "tests", PASSES + "def test_label():\n    assert 0\n"))


def test_tests_that_cannot_run_are_no_verdict(settings: Settings, built: Workspace, tmp_path: Path) -> None:
    """A fault of the test run is told as such, with the end of its log."""
    with pytest.raises(OutsideError, match="test run ended with") as told:
        check(settings, built, str(tmp_path / "nowhere"))
    assert "ERROR" in told.value.log


def test_image_that_the_engine_lost(settings: Settings, workspace: Workspace) -> None:
    """An image that is gone is to be built again."""
    write_results(workspace, f"sha256:{'3' * 64}")
    with pytest.raises(UsageError, match="has no image"):
        check(settings, workspace)
