"""The choice of the docker client that builds, and the errors of a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import OutsideError
from seatrial.image.builder import BuildInputs, build_image, find_builder


def fake_client(folder: Path, *, version: str, buildx: bool, build: str = "exit 0") -> list[str]:
    """Write a script with the output of a docker client, and return it as the only candidate."""
    script = f"""#!/bin/sh
    case "$1" in
      --version) echo "Docker version {version}, build 0" ;;
      buildx) [ "$2" = version ] && exit {0 if buildx else 1}; {build} ;;
      build) {build} ;;
    esac
    """
    client = folder / "docker"
    client.write_text(script)
    client.chmod(0o755)
    return [str(client)]


def test_buildx_is_used_if_the_plugin_is_installed(tmp_path: Path) -> None:
    """Buildx loads the image into the engine and adds no attestations."""
    command, environment = find_builder(fake_client(tmp_path, version="28.2.2", buildx=True))
    assert command[1:3] == ["buildx", "build"]
    assert {"--load", "--provenance=false", "--builder=default"} <= set(command)
    assert environment == {}


def test_an_old_client_builds_with_its_built_in_buildkit(tmp_path: Path) -> None:
    """A client before version 23 needs no plugin, only a variable."""
    command, environment = find_builder(fake_client(tmp_path, version="20.10.24+dfsg1", buildx=False))
    assert (command[1:], environment) == (["build"], {"DOCKER_BUILDKIT": "1"})


def test_a_client_without_buildkit_is_an_error(tmp_path: Path) -> None:
    """The legacy builder is never used, because it has no secret mounts."""
    with pytest.raises(OutsideError, match="BuildKit") as raised:
        find_builder(fake_client(tmp_path, version="28.2.2", buildx=False))
    assert "buildx" in raised.value.hint


def test_no_docker_client_is_an_error() -> None:
    """Without any client the error is the same."""
    with pytest.raises(OutsideError, match="BuildKit"):
        find_builder([])


FAILURES = [
    ("write /var/lib/docker/x: no space left on device", "disk of the engine is full"),
    (
        "ERROR: failed to solve: pull access denied, repository does not exist",
        "base image some/base:1 cannot be pulled",
    ),
    (
        "#2 ERROR: failed to load metadata for docker.io/some/base:1",
        "some/base:1 cannot be pulled",
    ),
    (
        "ERROR: failed to load metadata for b:1: error getting credentials: exec: docker-credential-x",
        "credential helper",
    ),
    (
        "ERROR: failed to load metadata for some/base:1: 429 Too Many Requests toomanyrequests",
        "limits the number of requests",
    ),
    (
        "ERROR: failed to load metadata for some/base:1: x509: certificate signed by unknown authority",
        "certificate that the Docker engine does not trust",
    ),
    ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "does not answer"),
    ("#8 ERROR: process pip install did not complete", "building the image failed"),
]


@pytest.mark.parametrize(("output", "message"), FAILURES)
def test_a_failed_build_is_one_line_with_a_hint(tmp_path: Path, output: str, message: str) -> None:
    """The output of the builder becomes a one-line error with a hint."""
    clients = fake_client(tmp_path, version="20.10.24", buildx=False, build=f"echo '{output}' >&2; exit 1")
    (tmp_path / "context").mkdir()
    with pytest.raises(OutsideError, match=message) as raised:
        build_image(BuildInputs(tmp_path / "context", "some/base:1", "abc", {}), clients)
    assert raised.value.hint
