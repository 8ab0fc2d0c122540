"""The record and the processes of an engine that localcloud started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.engine import host_state, processes
from localcloud.engine.paths import EnginePaths
from localcloud.engine.record import StartedEngine, read_record, start_time, write_record


@pytest.fixture
def paths(tmp_path: Path) -> EnginePaths:
    """Return the paths of an engine that was never started."""
    return EnginePaths(tmp_path / "engine", tmp_path / "docker.sock", tmp_path / "exec")


def test_the_record_is_read_as_it_was_written(paths: EnginePaths) -> None:
    """Another command reads the same record, and finds the process alive."""
    started = StartedEngine(os.getpid(), start_time(os.getpid()) or 0, host_state.capture())

    write_record(paths, started)

    recorded = read_record(paths)
    assert recorded == started
    assert recorded is not None
    assert recorded.alive()


def test_the_start_time_is_the_kernels() -> None:
    """The start time is in clock ticks since boot, as earlier versions recorded it from /proc."""
    kernel = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])

    assert start_time(os.getpid()) == kernel


def test_a_reused_process_id_is_not_the_engine() -> None:
    """A process with the recorded id and another start time is not the engine."""
    assert not StartedEngine(os.getpid(), 1, host_state.capture()).alive()


def test_a_zombie_is_not_alive() -> None:
    """A process that has exited but was not waited for has no start time."""
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert start_time(process.pid) is None
    finally:
        process.communicate()


def test_only_the_engines_own_processes_are_found_and_ended(paths: EnginePaths, tmp_path: Path) -> None:
    """Processes of this engine are found by their directories and end on SIGTERM; others are ignored."""
    (tmp_path / "containerd").symlink_to("/bin/sh")
    command = [str(tmp_path / "containerd"), "-c", "read line", "sh"]
    config = str(paths.exec_root / "containerd" / "config.toml")
    ours = subprocess.Popen([*command, config], stdin=subprocess.PIPE)
    other = subprocess.Popen([*command, "/run/other/config.toml"], stdin=subprocess.PIPE)
    try:
        assert processes.children(paths) == [ours.pid]
        processes.end(paths, [ours.pid])
        assert ours.wait(5) == -15
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.communicate()
