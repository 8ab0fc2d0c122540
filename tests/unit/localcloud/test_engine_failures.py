"""Each reason why no engine is available is an error with a hint."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest

from localcloud import engine
from localcloud.engine import connection, install, startup
from localcloud.engine.paths import EnginePaths
from localcloud.errors import LocalcloudError
from localcloud.progress import ProgressReporter
from other_user import unprivileged

MISSING = {"no-such-program": "docker.io"}
DEBIAN = {"ID": "debian"}


@pytest.fixture
def paths(tmp_path: Path) -> EnginePaths:
    """Return the paths of an engine that was never started."""
    return EnginePaths(tmp_path / "engine", tmp_path / "docker.sock", tmp_path / "exec")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory that is first on PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def script(folder: Path, name: str, body: str) -> None:
    """Write a shell script."""
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def test_another_distribution_gets_the_hint_to_install_docker(progress: ProgressReporter) -> None:
    """On another distribution than Debian and Ubuntu the hint is to install Docker."""
    fedora = {"ID": "fedora", "ID_LIKE": "rhel"}

    with pytest.raises(LocalcloudError, match="on Debian and Ubuntu only") as refusal:
        install.install(MISSING, progress, why=engine.NO_ENGINE, os_release=fedora)

    assert "install Docker" in refusal.value.hint


@pytest.mark.parametrize(
    ("os_release", "expected"),
    [({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, True), ({"ID": "fedora"}, False), ({}, False)],
)
def test_derivatives_of_debian_are_recognized(os_release: dict[str, str], expected: bool) -> None:
    """A distribution that names Debian or Ubuntu in ID_LIKE has their packages."""
    assert install.is_debian(os_release) is expected


def test_a_user_without_root_gets_the_command(
    progress: ProgressReporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint for a user who is not root is the command with sudo."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    ubuntu = {"ID": "ubuntu", "ID_LIKE": "debian"}

    with pytest.raises(LocalcloudError, match="only root") as refusal:
        install.install(MISSING, progress, why=engine.NO_ENGINE, os_release=ubuntu)

    assert refusal.value.hint == "sudo apt-get install --no-install-recommends docker.io"


def test_the_output_of_a_failed_apt_get_is_in_the_error(
    programs: Path, progress: ProgressReporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has the end of apt-get's output."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    script(programs, "apt-get", "echo 'E: Unable to locate package docker.io' >&2; exit 100")

    with pytest.raises(LocalcloudError, match="exited with 100") as failure:
        install.install(MISSING, progress, why=engine.NO_ENGINE, os_release=DEBIAN)

    assert "Unable to locate package" in failure.value.log_tail
    assert "apt-get install" in failure.value.hint


@pytest.mark.parametrize(
    ("available", "installed"), [("docker-cli docker-buildx", True), ("docker-doc", False)]
)
def test_client_packages_are_installed_if_they_exist(
    tmp_path: Path,
    programs: Path,
    progress: ProgressReporter,
    monkeypatch: pytest.MonkeyPatch,
    available: str,
    installed: bool,
) -> None:
    """The packages of the client and of buildx are installed where the distribution has them."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    script(programs, "apt-get", f'echo "$@" >> {tmp_path}/arguments')
    script(programs, "apt-cache", f"printf '%s\\n' {available}")

    install.install(MISSING, progress, why="", os_release=DEBIAN)

    words = (tmp_path / "arguments").read_text().split()
    assert "docker.io" in words
    assert ("docker-buildx" in words) is installed


def test_nothing_is_installed_if_nothing_is_missing(programs: Path, progress: ProgressReporter) -> None:
    """Without a missing program apt-get is not run."""
    script(programs, "apt-get", "exit 1")

    install.install({"sh": "dash"}, progress, why="")


def test_a_socket_without_permission_gets_the_hint_to_join_the_group() -> None:
    """An engine whose socket this user may not use is an error, not a missing engine."""
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as listener:
        Path(place).chmod(0o755)
        path = Path(place) / "docker.sock"
        listener.bind(str(path))
        path.chmod(0)
        with unprivileged(), pytest.raises(LocalcloudError, match="No permission") as refusal:
            connection.responds(f"unix://{path}")

    assert "usermod -aG docker" in refusal.value.hint


def test_no_other_engine_replaces_an_unreachable_docker_host(
    progress: ProgressReporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With DOCKER_HOST set, only that engine is used."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")

    with pytest.raises(LocalcloudError, match="DOCKER_HOST"):
        engine.ensure(progress)


def test_the_log_of_an_engine_that_exits_is_in_the_error(paths: EnginePaths, programs: Path) -> None:
    """The error has the end of the engine's log, and the hint its path."""
    script(programs, "dockerd", "echo 'failed to start daemon: no graph driver' >&2; exit 1")

    with pytest.raises(LocalcloudError, match="exited right after the start") as failure:
        startup.start_engine(paths)

    assert "no graph driver" in failure.value.log_tail
    assert str(paths.log) in failure.value.hint


def test_the_wait_for_an_engine_has_a_deadline(
    paths: EnginePaths, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that never responds is an error after the deadline."""
    monkeypatch.setattr(startup, "READY_SECONDS", 0.5)
    script(programs, "dockerd", "echo waiting; exec sleep 5")

    with pytest.raises(LocalcloudError, match=r"did not respond within 0\.5 s") as failure:
        startup.start_engine(paths)

    assert "waiting" in failure.value.log_tail


def test_an_engine_without_a_record_is_not_stopped(paths: EnginePaths, progress: ProgressReporter) -> None:
    """An engine that localcloud did not start is not stopped."""
    assert engine.stop(progress, paths) is False
