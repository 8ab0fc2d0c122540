"""check accepts an image only if every test ran and passed."""

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
    """The Docker engine; the images of the tests are removed afterwards."""
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
    """Write a directory of image tests and return its path."""
    folder.mkdir()
    (folder / "conftest.py").write_text(OPTIONS)
    (folder / "test_image.py").write_text(text)
    return str(folder)


def test_passing_tests_are_counted(settings: Settings, built: Workspace, tmp_path: Path) -> None:
    """The tests get the image id, and the result has their number and names."""
    done = check(settings, built, write_tests(tmp_path / "image", PASSES))
    assert (done.passed, done.tests) == (1, ("test_image",))
    assert Path(done.report).is_file()


REFUSED = [
    (PASSES + "def test_label():\n    assert 'cat' == 'dog'\n", "test_label did not pass"),
    (PASSES + "import pytest\n@pytest.mark.skip\ndef test_later():\n    pass\n", "test_later did not pass"),
    ("", "there was no test"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_failed_skipped_or_missing_test_is_refused(
    settings: Settings, built: Workspace, tmp_path: Path, text: str, message: str
) -> None:
    """One test that did not pass refuses the image, and so does a run without tests."""
    with pytest.raises(RefusedError, match=message):
        check(settings, built, write_tests(tmp_path / "image", text))
    assert not (built.directory / "run" / "check.json").exists()


def test_pytest_options_of_the_user_are_ignored(
    settings: Settings, built: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTEST_ADDOPTS deselects none of the image tests."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k image")
    with pytest.raises(RefusedError, match="test_label did not pass"):
        check(settings, built, write_tests(tmp_path / "tests", PASSES + "def test_label():\n    assert 0\n"))


def test_a_failed_test_run_is_an_error(settings: Settings, built: Workspace, tmp_path: Path) -> None:
    """A failure of pytest itself is not a refusal; the error has the end of its log."""
    with pytest.raises(OutsideError, match="test run exited with") as raised:
        check(settings, built, str(tmp_path / "nowhere"))
    assert "ERROR" in raised.value.log


def test_a_deleted_image_is_wrong_usage(settings: Settings, workspace: Workspace) -> None:
    """If the engine no longer has the image, it must be built again."""
    write_results(workspace, f"sha256:{'3' * 64}")
    with pytest.raises(UsageError, match="has no image"):
        check(settings, workspace)
