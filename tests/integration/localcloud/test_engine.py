"""An engine that localcloud starts, beside the engine of this machine: used, stopped, and fully removed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.localcloud.recording import StepRecorder
from localcloud import images

SCENARIOS = Path(__file__).with_name("engine_scenarios.py")
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("dockerd") is None,
    reason="needs root and dockerd",
)


@pytest.fixture(scope="session")
def static_program() -> Path:
    """Return a statically linked program."""
    return images.kind_binary(StepRecorder())


@pytest.fixture
def scenario() -> Iterator[Callable[..., dict[str, Any]]]:
    """Return a function that runs a scenario in network and mount namespaces of its own."""
    # Not tmp_path: a socket's path is limited to 107 characters.
    with tempfile.TemporaryDirectory(prefix="engine-") as place:

        def run(kind: str, program: Path = Path("/nonexistent")) -> dict[str, Any]:
            namespaces = ["unshare", "--net", "--mount"]
            words = [*namespaces, sys.executable, str(SCENARIOS), place, kind, str(program)]
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
def test_the_machine_is_restored_after_a_stop(
    scenario: Callable[..., dict[str, Any]], static_program: Path
) -> None:
    """Links, mounts, filter rules, forwarding, processes and files are the same as before the start."""
    result = scenario("start_and_stop", static_program)

    assert result["ours"]
    assert result["same_engine"]
    assert "docker0" in result["during"]["links"]
    assert result["during"]["rules"]
    assert result["during"]["mounts"]
    assert result["during"]["processes"] >= 2
    assert result["stopped"]
    assert not result["found"]
    assert result["after"] == result["before"]


@needs_root
def test_a_privileged_container_runs(scenario: Callable[..., dict[str, Any]], static_program: Path) -> None:
    """A privileged container starts on a machine that withholds capabilities."""
    assert scenario("start_and_stop", static_program)["output"].startswith("kind v")


@needs_root
def test_a_killed_engine_is_replaced_and_removed(scenario: Callable[..., dict[str, Any]]) -> None:
    """Stopping the second engine restores the state before the first one."""
    result = scenario("kill")

    assert result["ours"]
    assert result["after"] == result["before"]


@needs_root
def test_a_full_disk_is_reported(scenario: Callable[..., dict[str, Any]]) -> None:
    """A build on a full disk fails with an error about the disk."""
    result = scenario("full_disk")

    assert result["message"] == "Building the full image failed: the disk is full"
    assert "free space" in result["hint"]


@needs_root
def test_an_engine_that_cannot_start_is_reported(scenario: Callable[..., dict[str, Any]]) -> None:
    """The error contains the end of the engine's log, and nothing is left of the attempt."""
    result = scenario("invalid_data")

    assert "exited right after the start" in result["message"]
    assert "canonical path points to a file" in result["log"]
