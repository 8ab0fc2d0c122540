"""A second engine of our own beside whatever runs here: started, used, and gone without a trace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localcloud import images

TRIAL = Path(__file__).with_name("engine_trial.py")
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("dockerd") is None,
    reason="only root may start dockerd, which must be here",
)


class Silent:
    """A report that nobody reads."""

    @contextmanager
    def step(self, _: str) -> Iterator[None]:
        """Say nothing."""
        yield

    def line(self, text: str) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def static_program() -> Path:
    """Return a program that needs nothing around it."""
    return images.kind_binary(Silent())


@pytest.fixture
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dict[str, Any]]]:
    """Return what runs a trial in namespaces of its own."""
    # A socket's path may have 107 characters, which pytest's own folders exceed.
    with tempfile.TemporaryDirectory(prefix="engine-") as place:

        def run(kind: str, program: Path = Path("/nonexistent")) -> dict[str, Any]:
            alone = ["unshare", "--net", "--mount"]
            words = [*alone, sys.executable, str(TRIAL), place, kind, str(program)]
            environment = {
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "SEATRIAL_CACHE": f"{place}/cache",
            }
            done = subprocess.run(
                words, env=environment, capture_output=True, text=True, timeout=240, check=False
            )
            assert done.returncode == 0, done.stderr
            result: dict[str, Any] = json.loads(done.stdout)
            return result

        yield run


@needs_root
def test_engine_leaves_the_machine_as_it_was(
    trial: Callable[..., dict[str, Any]], static_program: Path
) -> None:
    """Links, mounts, filter rules, forwarding, processes and files are what they were before."""
    seen = trial("cycle", static_program)

    assert seen["ours"]
    assert seen["again"]
    assert "docker0" in seen["during"]["links"]
    assert seen["during"]["rules"]
    assert seen["during"]["mounts"]
    assert seen["during"]["processes"] >= 2
    assert seen["stopped"]
    assert not seen["found"]
    assert seen["after"] == seen["before"]


@needs_root
def test_privileged_container_runs(trial: Callable[..., dict[str, Any]], static_program: Path) -> None:
    """A privileged container starts whatever this machine withholds."""
    assert trial("cycle", static_program)["said"].startswith("kind v")


@needs_root
def test_killed_engine_is_replaced_and_leaves_nothing(trial: Callable[..., dict[str, Any]]) -> None:
    """What the machine was like before the first one is what the last one leaves."""
    seen = trial("killed")

    assert seen["ours"]
    assert seen["after"] == seen["before"]


@needs_root
def test_full_disk_is_told(trial: Callable[..., dict[str, Any]]) -> None:
    """A build that meets a full disk ends in one line with the cure."""
    seen = trial("full")

    assert seen["message"] == "The disk is full: the image full could not be built"
    assert "make room" in seen["hint"]


@needs_root
def test_engine_that_cannot_start_says_why(trial: Callable[..., dict[str, Any]]) -> None:
    """The end of the engine's own log stands in the error, and nothing is left of the attempt."""
    seen = trial("broken")

    assert "ended as soon as it was started" in seen["message"]
    assert "canonical path points to a file" in seen["log"]
