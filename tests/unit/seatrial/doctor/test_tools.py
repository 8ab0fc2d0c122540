"""Python, make, git and the client that builds images."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.doctor import tools


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory at the front of PATH; Debian's Docker client is hidden."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("seatrial.image.builder.DEBIAN", "/nowhere/docker")
    return tmp_path


def install(path: Path, version: str, *, buildx: bool) -> None:
    """Put a docker command of this version on PATH, with or without buildx."""
    shown = f'echo "Docker version {version}, build 1"'
    plugin = "exit 0" if buildx else "exit 1"
    client = path / "docker"
    client.write_text(f'#!/bin/sh\ncase "$1" in --version) {shown} ;; *) {plugin} ;; esac\n')
    client.chmod(0o755)


def test_this_python_is_new_enough() -> None:
    """The interpreter that runs the tests is supported."""
    assert tools.check_python().state == "ok"


def test_an_old_python_is_missing() -> None:
    """The fix names the make variable for another interpreter."""
    found = tools.check_python((3, 10, 1))
    assert (found.state, found.detail) == ("missing", "3.10.1")
    assert "PYTHON=" in found.fix


def test_the_version_of_a_tool_is_shown() -> None:
    """A command on PATH is ok."""
    found = tools.check_tool("git")
    assert found.state == "ok"
    assert found.detail[0].isdigit()


def test_a_tool_that_is_not_installed_is_missing() -> None:
    """The fix names the package."""
    found = tools.check_tool("no-such-tool")
    assert found.state == "missing"
    assert "apt-get install no-such-tool" in found.fix


@pytest.mark.parametrize(("version", "buildx"), [("20.10.24", False), ("28.2.2", True)])
def test_a_client_with_buildkit_is_ok(path: Path, version: str, buildx: bool) -> None:
    """An old client has BuildKit built in, a newer one needs the buildx plugin."""
    install(path, version, buildx=buildx)
    assert tools.check_build_client(installable=False).state == "ok"


def test_a_new_client_without_buildx_is_missing(path: Path) -> None:
    """`make up` does not replace a docker command that exists."""
    install(path, "28.2.2", buildx=False)
    found = tools.check_build_client(installable=True)
    assert found.state == "missing"
    assert "buildx" in found.fix


def test_no_client_is_missing_unless_it_can_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `make up` can install a client, its absence is no error."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert tools.check_build_client(installable=True).state == "later"
    assert tools.check_build_client(installable=False).state == "missing"
