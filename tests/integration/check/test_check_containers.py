"""check leaves no container, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from integration.check.test_check import PASSES, built, engine, write_tests
from model_fixtures import settings, store, workspace
from seatrial.errors import OutsideError, UsageError
from seatrial.image import session_containers
from seatrial.image.session_containers import image_test_session
from seatrial.settings import Settings
from seatrial.stages import check as stage
from seatrial.stages.check import check
from seatrial.workspace import Workspace

__all__ = ["built", "engine", "settings", "store", "workspace"]
# A test that makes a container as the image tests do, reports it, then does not end.
NEVER_ENDS = """
import os, signal, sys, threading
sys.path.insert(0, {helpers!r})
import docker
from app_container import LABEL, SESSION

def test_image(pytestconfig):
    client = docker.from_env()
    image = pytestconfig.getoption("--image")
    made = client.containers.create(image, ["none"], labels={{LABEL: SESSION, {mark!r}: "1"}})
    open({made!r}, "w").write(made.id)
    {then}
    threading.Event().wait()
"""
HELPERS = str(Path(__file__).parents[2])
MARK = "seatrial.check-test"


@pytest.fixture
def left(engine: Any) -> Iterator[Any]:
    """A function that returns the containers that the tests of the image have left; they are removed."""
    filters = {"label": f"{MARK}=1"}
    yield lambda: engine.containers.list(all=True, filters=filters, ignore_removed=True)
    for container in engine.containers.list(all=True, filters=filters, ignore_removed=True):
        container.remove(force=True)


def never_ending(folder: Path, then: str = "") -> str:
    """Write image tests that do not end, and return their directory."""
    made = str(folder / "made")
    text = NEVER_ENDS.format(helpers=HELPERS, mark=MARK, made=made, then=then)
    return write_tests(folder / "image", text)


def test_a_check_that_times_out_leaves_no_container(
    settings: Settings, built: Workspace, tmp_path: Path, left: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test run is killed at its deadline, and its container is removed."""
    monkeypatch.setattr(stage, "CHECK_SECONDS", 10)
    with pytest.raises(OutsideError, match="timed out after 10 s"):
        check(settings, built, never_ending(tmp_path))
    assert (tmp_path / "made").exists()
    assert left() == []


def test_an_interrupted_check_leaves_no_container(
    settings: Settings, built: Workspace, tmp_path: Path, left: Any
) -> None:
    """Ctrl-C, or SIGTERM that the command line turns into it, ends the tests and removes their container."""
    interrupt = "os.kill(os.getppid(), signal.SIGINT)"
    with pytest.raises(KeyboardInterrupt):
        check(settings, built, never_ending(tmp_path, interrupt))
    assert (tmp_path / "made").exists()
    assert left() == []


def test_the_next_check_removes_what_a_killed_one_left(
    settings: Settings, built: Workspace, tmp_path: Path, engine: Any, left: Any
) -> None:
    """A check that was killed with SIGKILL cannot remove its containers; other instances' are kept."""
    image = engine.images.list()[0].id
    with image_test_session(engine, built) as session:
        pass
    for value in (session, "another"):
        labels = {session_containers.LABEL: value, MARK: "1"}
        engine.containers.create(image, ["none"], labels=labels)
    check(settings, built, write_tests(tmp_path / "image", PASSES))
    assert [each.labels[session_containers.LABEL] for each in left()] == ["another"]


def test_a_second_check_of_an_instance_is_refused(
    settings: Settings, built: Workspace, tmp_path: Path
) -> None:
    """It would remove the containers of the first one, and write the same report."""
    tests = write_tests(tmp_path / "image", PASSES)
    with (
        image_test_session(docker.from_env(), built),
        pytest.raises(UsageError, match="another check of the instance"),
    ):
        check(settings, built, tests)
