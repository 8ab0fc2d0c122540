"""Each way in which no engine can be had is told in one line with its cure."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud import engine
from localcloud.engine import connection, install, start
from localcloud.engine.home import EngineHome, Started, read_record, start_time, write_record
from localcloud.errors import LocalcloudError
from localcloud.report import Report


@pytest.fixture
def home(tmp_path: Path) -> EngineHome:
    """Return a home with nothing in it."""
    return EngineHome(tmp_path / "engine", tmp_path / "docker.sock", tmp_path / "exec")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands first on PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def script(folder: Path, name: str, body: str) -> None:
    """Put a program there."""
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def os_release(folder: Path, text: str) -> Path:
    """Write what the system says it is."""
    path = folder / "os-release"
    path.write_text(text)
    return path


@contextmanager
def as_nobody() -> Iterator[None]:
    """Become a user without rights, where this one has them."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_another_system_is_told_to_install_docker(tmp_path: Path, said: Report) -> None:
    """Where nothing can be installed by us, that is said."""
    place = os_release(tmp_path, 'ID=fedora\nID_LIKE="rhel"\n')

    with pytest.raises(LocalcloudError, match="not Debian or Ubuntu") as refusal:
        install.install(
            {"no-such-program": "docker.io"}, said, why="No container engine answers", os_release=place
        )

    assert "install Docker" in refusal.value.hint


def test_user_without_root_gets_the_command(
    tmp_path: Path, said: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may not install is given the words for who may."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    place = os_release(tmp_path, "ID=ubuntu\nID_LIKE=debian\n")

    with pytest.raises(LocalcloudError, match="only root") as refusal:
        install.install(
            {"no-such-program": "docker.io"}, said, why="No container engine answers", os_release=place
        )

    assert refusal.value.hint == "sudo apt-get install --no-install-recommends docker.io"


def test_failing_apt_is_shown(
    tmp_path: Path, programs: Path, said: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What apt said at the end goes along."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    script(programs, "apt-get", "echo 'E: Unable to locate package docker.io' >&2; exit 100")
    place = os_release(tmp_path, "ID=debian\n")

    with pytest.raises(LocalcloudError, match="ended with 100") as failure:
        install.install(
            {"no-such-program": "docker.io"}, said, why="No container engine answers", os_release=place
        )

    assert "Unable to locate package" in failure.value.log_tail
    assert "apt-get install" in failure.value.hint


@pytest.mark.parametrize(("offered", "asked"), [("docker-cli docker-buildx", True), ("docker-doc", False)])
def test_client_and_builder_come_along_where_they_are_packages(
    tmp_path: Path, programs: Path, said: Report, monkeypatch: pytest.MonkeyPatch, offered: str, asked: bool
) -> None:
    """Debian 13's packages of client and builder are asked for where apt offers them, and only there."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    script(programs, "apt-get", f'echo "$@" >> {tmp_path}/asked')
    script(programs, "apt-cache", f"printf '%s\\n' {offered}")
    place = os_release(tmp_path, "ID=debian\n")

    install.install({"no-such-program": "docker.io"}, said, why="", os_release=place)

    words = (tmp_path / "asked").read_text().split()
    assert "docker.io" in words
    assert ("docker-buildx" in words) is asked


def test_nothing_is_installed_where_all_is_there(programs: Path, said: Report) -> None:
    """What is here is not asked of apt."""
    script(programs, "apt-get", "exit 1")

    install.install({"sh": "dash"}, said, why="")


def test_socket_that_refuses_names_the_group() -> None:
    """An engine that this user may not use is not mistaken for none."""
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as listener:
        Path(place).chmod(0o755)
        path = Path(place) / "docker.sock"
        listener.bind(str(path))
        path.chmod(0)
        with as_nobody(), pytest.raises(LocalcloudError, match="refuses this user") as refusal:
            connection.answers(f"unix://{path}")

    assert "usermod -aG docker" in refusal.value.hint


def test_silent_docker_host_is_not_replaced(
    said: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names an engine gets that one or an error, never another."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")

    with pytest.raises(LocalcloudError, match="DOCKER_HOST"):
        engine.ensure(said)


def test_engine_that_dies_at_once_shows_its_log(home: EngineHome, programs: Path) -> None:
    """The last words of the engine stand in the error."""
    script(programs, "dockerd", "echo 'failed to start daemon: no graph driver' >&2; exit 1")

    with pytest.raises(LocalcloudError, match="ended as soon as") as failure:
        start.start_engine(home)

    assert "no graph driver" in failure.value.log_tail
    assert str(home.log) in failure.value.hint


def test_engine_that_never_answers_is_not_waited_for(
    home: EngineHome, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait for an engine ends."""
    monkeypatch.setattr(start, "READY_SECONDS", 0.5)
    script(programs, "dockerd", "echo waiting; exec sleep 5")

    with pytest.raises(LocalcloudError, match="did not answer within") as failure:
        start.start_engine(home)

    assert "waiting" in failure.value.log_tail


def test_record_survives_the_command(home: EngineHome) -> None:
    """What was remembered of an engine is read back as it was."""
    home.root.mkdir()
    started = Started(os.getpid(), start_time(os.getpid()) or 0, start.engine_traces.look())

    write_record(home, started)

    remembered = read_record(home)
    assert remembered == started
    assert remembered is not None
    assert remembered.alive()


def test_another_process_of_the_same_id_is_not_ours() -> None:
    """An id that was given to somebody else since is not stopped."""
    look = start.engine_traces.look()

    assert not Started(os.getpid(), 1, look).alive()


def test_engine_that_was_there_is_not_stopped(home: EngineHome, said: Report) -> None:
    """Without a record of ours there is nothing to stop."""
    assert engine.stop(said, home) is False
