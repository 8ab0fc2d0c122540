"""Which docker client builds, and what its failures mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import OutsideError
from seatrial.image import builder
from seatrial.image.builder import Recipe, build_image, find_builder


def client(folder: Path, *, version: str, buildx: bool, build: str = "exit 0") -> None:
    """Put a stand-in for a docker client first on the PATH; it says what real ones say."""
    folder.mkdir(exist_ok=True)
    script = f"""#!/bin/sh
    case "$1" in
      --version) echo "Docker version {version}, build 0" ;;
      buildx) [ "$2" = version ] && exit {0 if buildx else 1}; {build} ;;
      build) {build} ;;
    esac
    """
    (folder / "docker").write_text(script)
    (folder / "docker").chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where a docker client is looked for."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    monkeypatch.setattr(builder, "DEBIAN", str(tmp_path / "none"))
    return tmp_path / "bin"


def test_buildx_where_it_is(path: Path) -> None:
    """A client with the plugin builds by it, into the engine's own images, without attestations."""
    client(path, version="28.2.2", buildx=True)
    words, environment = find_builder()
    assert words[1:3] == ["buildx", "build"]
    assert {"--load", "--provenance=false", "--builder=default"} <= set(words)
    assert environment == {}


def test_older_client_has_it_built_in(path: Path) -> None:
    """A client of before 23 needs no plugin, only to be asked."""
    client(path, version="20.10.24+dfsg1", buildx=False)
    words, environment = find_builder()
    assert (words[1:], environment) == (["build"], {"DOCKER_BUILDKIT": "1"})


def test_newer_client_without_the_plugin_is_told_so(path: Path) -> None:
    """The legacy builder is never used: it has no secrets."""
    client(path, version="28.2.2", buildx=False)
    with pytest.raises(OutsideError, match="BuildKit") as told:
        find_builder()
    assert "buildx" in told.value.hint


FAILURES = [
    ("write /var/lib/docker/x: no space left on device", "disk is full"),
    (
        "ERROR: failed to solve: pull access denied, repository does not exist",
        "base image some/base:1 cannot",
    ),
    ("#2 ERROR: failed to load metadata for docker.io/some/base:1", "base image some/base:1 cannot"),
    ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "does not answer"),
    ("#8 ERROR: process pip install did not complete", "building the image failed"),
]


@pytest.mark.parametrize(("printed", "told"), FAILURES)
def test_failure_is_told_in_one_line(path: Path, tmp_path: Path, printed: str, told: str) -> None:
    """What the builder prints becomes one line with a cure, and no id."""
    client(path, version="20.10.24", buildx=False, build=f"echo '{printed}' >&2; exit 1")
    (tmp_path / "context").mkdir()
    with pytest.raises(OutsideError, match=told) as error:
        build_image(Recipe(tmp_path / "context", "some/base:1", "abc", {}))
    assert error.value.hint
