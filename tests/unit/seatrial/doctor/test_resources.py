"""Engine, disk, memory and loopback ports."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from localcloud.addresses import Addresses
from other_user import closed_directory, unprivileged
from seatrial.doctor import container_engine, resources
from seatrial.doctor.container_engine import EngineStatus
from seatrial.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An instance whose local.toml has a subnet."""
    found = Workspace(tmp_path)
    found.directory.mkdir(parents=True)
    (found.directory / "local.toml").write_text('[instance]\nsubnet = "127.127.254.0/24"\n')
    return found


def test_an_engine_that_responds_is_ok() -> None:
    """The finding names the engine's version."""
    found = container_engine.check_engine(EngineStatus({"ServerVersion": "28.1"}), installable=False)
    assert (found.state, found.detail) == ("ok", "Docker 28.1 responds")


def test_no_engine_is_missing_unless_it_can_be_installed() -> None:
    """If `make up` cannot install an engine, the fix is what the user can do."""
    none = EngineStatus(problem="no engine responds")
    assert container_engine.check_engine(none, installable=True).state == "later"
    found = container_engine.check_engine(none, installable=False)
    assert found.state == "missing"
    assert "group docker" in found.fix


def test_the_reason_for_an_unreachable_engine_is_one_line(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing socket and a closed port are two different reasons."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    missing = EngineStatus(problem="the engine's socket does not exist")
    assert container_engine.engine_status(workspace) == missing
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    assert container_engine.engine_status(workspace) == EngineStatus(problem="no engine responds")


@pytest.mark.parametrize(
    ("os_release", "supported"),
    [
        ({"ID": "debian"}, True),
        ({"ID": "mint", "ID_LIKE": "ubuntu debian"}, True),
        ({"ID": "fedora"}, False),
        ({}, False),
    ],
)
def test_only_root_on_debian_or_ubuntu_can_install_an_engine(
    monkeypatch: pytest.MonkeyPatch, os_release: dict[str, str], supported: bool
) -> None:
    """A derivative of Debian counts; another user than root cannot install."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert container_engine.installable(os_release) == supported
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not container_engine.installable(os_release)


def test_the_engines_cgroup_version_precedes_the_machines(tmp_path: Path) -> None:
    """An engine on another machine may have other cgroups than this one."""
    assert (
        container_engine.check_cgroup(EngineStatus({"CgroupVersion": "2"}), tmp_path / "none").detail == "v2"
    )
    assert container_engine.check_cgroup(EngineStatus(), tmp_path / "none").detail.startswith("v1")


def test_too_little_disk_space_is_missing(tmp_path: Path) -> None:
    """For a directory that does not exist yet, the free space of its file system counts."""
    assert resources.check_disk("disk", tmp_path / "not" / "yet", need=0).state == "ok"
    found = resources.check_disk("disk", tmp_path / "not" / "yet", need=1e9)
    assert found.state == "missing"
    assert str(tmp_path) in found.fix


def test_a_disk_below_a_directory_of_another_user_is_measured_there() -> None:
    """The engine's data can be in a directory that only root may read; that is no traceback."""
    with closed_directory() as closed, unprivileged():
        assert resources.may_exist(closed / "engine" / "data")
        found = resources.check_disk("disk", closed / "engine" / "data", need=1e9)
    assert found.fix == f"free some space at {closed}"
    assert not resources.may_exist(closed.parent / "none")


def test_too_little_memory_is_missing_unless_the_instance_runs() -> None:
    """A running instance has its memory already."""
    assert resources.check_memory(0, need=0).state == "ok"
    assert resources.check_memory(0, need=1e9).state == "missing"
    assert resources.check_memory(3, need=1e9).state == "ok"


def test_a_port_in_use_is_named(workspace: Workspace) -> None:
    """The finding has the address, and another instance name as a fix."""
    assert resources.check_ports(workspace, 0).detail == "127.127.254.0/24 is free"
    with socket.create_server(("127.127.254.250", 5000)):
        found = resources.check_ports(workspace, 0)
        assert (found.state, found.detail) == ("missing", "127.127.254.250:5000 taken")
        assert "INSTANCE=" in found.fix
        assert resources.check_ports(workspace, 3).state == "ok"


def test_every_address_of_an_instance_is_checked() -> None:
    """The doctor's list has the addresses that the parts of an instance publish, and no other."""
    published = {(int(address.rpartition(".")[2]), port) for address, port in Addresses("127.77.3").all()}
    assert set(resources.ENDPOINTS) == published


def test_without_an_instance_only_the_loopback_range_is_checked(tmp_path: Path) -> None:
    """Before `make up` no address is chosen."""
    assert "make up chooses" in resources.check_ports(Workspace(tmp_path), 0).detail
