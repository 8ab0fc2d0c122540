"""The logs of an instance without a container engine, and archives of a node."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from localcloud.cache import build_log_path
from localcloud.instance import Instance
from localcloud.logs import _unpack, collect


def test_without_an_engine_the_logs_of_builds_are_there(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed start of the local cloud is explained too; what an earlier call collected is removed."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    build_log_path("registry").write_text("E: no such package")
    instance.make_directories()
    (instance.logs / "old.log").touch()
    warnings: list[str] = []
    (found,) = collect(instance, warnings.append)
    assert found == instance.logs / "builds" / "image-registry.log"
    assert found.read_text() == "E: no such package"
    assert warnings == ["No container engine responds: only the logs of image builds are there"]


def test_an_archive_of_a_node_writes_regular_files_below_the_directory_only(tmp_path: Path) -> None:
    """A name that leads elsewhere and a link are left out."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("pods/a/0.log", "../outside", "/absolute"):
            entry = tarfile.TarInfo(name)
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"log"))
        link = tarfile.TarInfo("pods/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    buffer.seek(0)
    with tarfile.open(fileobj=buffer) as packed:
        _unpack(packed, tmp_path / "target")
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert written == ["target/absolute", "target/pods/a/0.log"]
