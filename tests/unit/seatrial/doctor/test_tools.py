"""Python, make, git and the client that builds images."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.doctor import tools


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that goes before all others on PATH; Debian's client of Docker is out of sight."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("seatrial.image.builder.DEBIAN", "/nowhere/docker")
    return tmp_path


def install(path: Path, version: str, *, buildx: bool) -> None:
    """Put a docker command on PATH that tells this version, with or without buildx."""
    told = f'echo "Docker version {version}, build 1"'
    answer = "exit 0" if buildx else "exit 1"
    client = path / "docker"
    client.write_text(f'#!/bin/sh\ncase "$1" in --version) {told} ;; *) {answer} ;; esac\n')
    client.chmod(0o755)


def test_this_python_will_do() -> None:
    """The interpreter that runs the tests is new enough."""
    assert tools.python().state == "ok"


def test_an_old_python_is_refused_with_the_cure() -> None:
    """3.10 is missing, not late."""
    found = tools.python((3, 10, 1))
    assert (found.state, found.detail) == ("missing", "3.10.1")
    assert "PYTHON=" in found.cure


def test_a_tool_tells_its_version() -> None:
    """What is there is told exactly."""
    found = tools.tool("git")
    assert found.state == "ok"
    assert found.detail[0].isdigit()


def test_a_tool_that_is_not_there_is_missed() -> None:
    """The cure names the package."""
    found = tools.tool("no-such-tool")
    assert found.state == "missing"
    assert "apt-get install no-such-tool" in found.cure


@pytest.mark.parametrize(("version", "buildx"), [("20.10.24", False), ("28.2.2", True)])
def test_a_client_that_can_do_buildkit_is_enough(path: Path, version: str, buildx: bool) -> None:
    """An old client has it within, a newer one by its plugin."""
    install(path, version, buildx=buildx)
    assert tools.build_client(installable=False).state == "ok"


def test_a_new_client_without_its_plugin_is_missed(path: Path) -> None:
    """No build starts that could not end, and make up would not replace that client."""
    install(path, "28.2.2", buildx=False)
    found = tools.build_client(installable=True)
    assert found.state == "missing"
    assert "buildx" in found.cure


def test_no_client_waits_for_make_up_where_that_can_install_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who could not install it is told that it is missing."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert tools.build_client(installable=True).state == "later"
    assert tools.build_client(installable=False).state == "missing"
