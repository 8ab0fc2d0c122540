"""Engine, disk, memory and loopback ports."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from seatrial.doctor import container_engine as engine
from seatrial.doctor import resources
from seatrial.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An instance whose local cloud has chosen its addresses."""
    found = Workspace(tmp_path)
    found.directory.mkdir(parents=True)
    (found.directory / "local.toml").write_text('[instance]\nsubnet = "127.127.254.0/24"\n')
    return found


def test_an_engine_that_answers_is_enough() -> None:
    """Its version is told."""
    found = engine.engine(engine.Engine({"ServerVersion": "28.1"}), installable=False)
    assert (found.state, found.detail) == ("ok", "Docker 28.1 answers")


def test_no_engine_is_missing_only_where_make_up_could_not_install_one() -> None:
    """Root on Debian need do nothing; anybody else is told what to do."""
    none = engine.Engine(trouble="no engine answers")
    assert engine.engine(none, installable=True).state == "later"
    assert engine.engine(none, installable=False).state == "missing"
    assert "group docker" in engine.engine(none, installable=False).cure


def test_an_engine_that_is_not_there_is_told_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, whatever the engine's address."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert engine.ask(workspace) == engine.Engine(trouble="there is no engine's socket")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    assert engine.ask(workspace) == engine.Engine(trouble="no engine answers")


@pytest.mark.parametrize(
    ("text", "known"),
    [("ID=debian\n", True), ('ID=mint\nID_LIKE="ubuntu debian"\n', True), ("ID=fedora\n", False)],
)
def test_only_debian_and_its_children_can_install_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, known: bool
) -> None:
    """And only root."""
    (tmp_path / "os-release").write_text(text)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert engine.installable(tmp_path / "os-release") == known
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not engine.installable(tmp_path / "os-release")


def test_the_engines_word_on_cgroups_goes_before_the_hosts(tmp_path: Path) -> None:
    """An engine elsewhere has other cgroups than this machine."""
    assert engine.cgroup(engine.Engine({"CgroupVersion": "2"}), tmp_path / "none").detail == "v2"
    assert engine.cgroup(engine.Engine(), tmp_path / "none").detail.startswith("v1")


def test_a_full_disk_is_missed_before_it_is_needed(tmp_path: Path) -> None:
    """Also where the folder is not there yet."""
    assert resources.disk("disk", tmp_path / "not" / "yet", need=0).state == "ok"
    found = resources.disk("disk", tmp_path / "not" / "yet", need=1e9)
    assert found.state == "missing"
    assert str(tmp_path) in found.cure


def test_little_memory_matters_only_before_the_instance_runs(tmp_path: Path) -> None:
    """What runs has taken its share already."""
    (tmp_path / "meminfo").write_text("MemAvailable:    1048576 kB\n")
    assert resources.memory(0, tmp_path / "meminfo").state == "missing"
    assert resources.memory(3, tmp_path / "meminfo").state == "ok"


def test_a_port_that_somebody_else_has_is_told(workspace: Workspace) -> None:
    """Which one, and the way round it."""
    assert resources.ports(workspace, 0).detail == "127.127.254.0/24 is free"
    with socket.create_server(("127.127.254.250", 5000)):
        found = resources.ports(workspace, 0)
        assert (found.state, found.detail) == ("missing", "127.127.254.250:5000 taken")
        assert "INSTANCE=" in found.cure
        assert resources.ports(workspace, 3).state == "ok"


def test_before_make_up_the_loopback_itself_is_tried(tmp_path: Path) -> None:
    """No address is chosen yet, so none is judged."""
    assert "make up chooses" in resources.ports(Workspace(tmp_path), 0).detail
