"""Image tags, the build command, and errors of builds."""

from __future__ import annotations

import io
import json
import os
import re
import runpy
import sys
import tarfile
from pathlib import Path

import pytest

from localcloud import images
from localcloud.errors import LocalcloudError
from localcloud.images import builder, node_image, tags
from localcloud.images.builder import Build
from localcloud.progress import ProgressReporter


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """Return the context directory of an image."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "run").write_text("#!/bin/sh\n")
    return folder


def test_the_tag_changes_with_every_input(context: Path) -> None:
    """The tag depends on content, modes, file names and the base image, and on nothing else."""
    first = tags.reference("blob", context, ["base:1"])
    assert re.fullmatch(r"seatrial/blob:[0-9a-f]{16}", first)
    assert tags.reference("blob", context, ["base:1"]) == first

    (context / "__pycache__").mkdir()
    (context / "__pycache__" / "run.pyc").write_text("compiled")
    assert tags.reference("blob", context, ["base:1"]) == first

    seen = {first, tags.reference("blob", context, ["base:2"])}
    (context / "run").chmod(0o755)
    seen.add(tags.reference("blob", context, ["base:1"]))
    (context / "run").write_text("#!/bin/sh\nexit\n")
    seen.add(tags.reference("blob", context, ["base:1"]))
    (context / "run").rename(context / "walk")
    seen.add(tags.reference("blob", context, ["base:1"]))
    assert len(seen) == 5


def test_certificates_and_proxies_are_passed_without_their_content(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Certificates are a build secret; the password of a proxy is in no argument."""
    bundle = tmp_path / "ca.crt"
    bundle.write_text("certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:hunter2@127.0.0.1:3128")

    words = builder.command(Build("blob", context, tag="seatrial/blob:1", arguments={"BASE": "b"}), "docker")

    assert f"id=ca,src={bundle}" in words
    assert "HTTPS_PROXY" in words
    assert "hunter2" not in " ".join(words)
    assert "BASE=b" in words


def test_a_full_disk_has_its_own_error(tmp_path: Path) -> None:
    """If the disk is full, the error names the disk, and the hint is to free space."""
    output = "#12 writing layer\nwrite /var/lib/docker/tmp/x: no space left on device"

    failure = LocalcloudError("docker build exited with 1", "", output)

    error = builder.build_error("node", failure, tmp_path / "log")

    assert error.message == "Building the node image failed: the disk is full"
    assert "docker system df" in error.hint
    assert error.log_tail == output


def test_a_failed_build_names_the_image_and_its_log(tmp_path: Path) -> None:
    """The error has the image and the reason; the hint has the path of the log."""
    failure = LocalcloudError("docker exited with 1", "", "E: no such package")

    error = builder.build_error("dns", failure, tmp_path / "log")

    assert error.message == "Building the dns image failed: docker exited with 1"
    assert str(tmp_path / "log") in error.hint
    assert error.log_tail == "E: no such package"


@pytest.mark.parametrize(
    ("version", "plugin_exit_code", "expected"),
    [("20.10.24", 1, True), ("28.2.2", 1, False), ("28.2.2", 0, True)],
)
def test_a_client_must_support_buildkit(
    tmp_path: Path, version: str, plugin_exit_code: int, expected: bool
) -> None:
    """An old client contains BuildKit support, a new one needs the buildx plugin."""
    program = tmp_path / "docker"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = buildx ] && exit {plugin_exit_code}\necho "Docker version {version}, build x"\n'
    )
    program.chmod(0o755)

    assert builder._supports_buildkit(str(program)) is expected


def test_an_unknown_image_is_refused(progress: ProgressReporter) -> None:
    """The hint of an unknown name lists the known ones."""
    with pytest.raises(LocalcloudError, match="Unknown image queue") as refusal:
        images.ensure(["queue"], progress)

    assert "blob" in refusal.value.hint


def test_the_kubernetes_version_is_that_of_the_module(tmp_path: Path) -> None:
    """The version is read from the go.mod that is built; a go.mod without it is refused."""
    assert re.fullmatch(r"v1\.\d+\.\d+", node_image.kubernetes_version())
    (tmp_path / "go.mod").write_text("module x\n")
    with pytest.raises(LocalcloudError, match=r"does not require k8s\.io/kubernetes"):
        node_image.kubernetes_version(tmp_path / "go.mod")


@pytest.mark.parametrize(
    ("output", "expected"), [("kind v0.33.0 go1.24", True), ("kind v0.20.0 go1.20", False), ("", False)]
)
def test_only_a_recent_kind_is_used(tmp_path: Path, output: str, expected: bool) -> None:
    """An older kind on PATH is not used, because it does not support the node image."""
    program = tmp_path / "kind"
    program.write_text(f"#!/bin/sh\necho '{output}'\n")
    program.chmod(0o755)

    assert node_image.is_recent(str(program)) is expected


def test_the_built_kind_has_the_release_of_the_node_image() -> None:
    """The kind that is built is the release whose node image is pulled."""
    module = (tags.folder("node") / "kind" / "go.mod").read_text()

    assert f"sigs.k8s.io/kind v{'.'.join(map(str, node_image.OLDEST_KIND))}." in module


def test_lock_files_name_no_host() -> None:
    """Packages are pinned by checksum, and their source is the configuration of the package manager."""
    lock = json.loads((tags.folder("blob") / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())

    requirements = (tags.folder("loadbalancer") / "requirements.txt").read_text()
    assert "://" not in requirements
    assert requirements.count("==") <= requirements.count("--hash=sha256:")


def test_the_bundle_contains_every_listed_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Components share a layer, pause has its own; coredns and pause have entry points."""
    for tree in ("components/usr/local/bin", "pause"):
        (tmp_path / tree).mkdir(parents=True)
    (tmp_path / "components/usr/local/bin/cluster").write_text("program")
    (tmp_path / "pause/pause").write_text("program")
    names = ["r.io/kube-proxy:v1", "r.io/etcd:3", "r.io/coredns/coredns:v1", "r.io/pause:3.10.1"]
    target = tmp_path / "images.tar"
    words = [str(tmp_path / "components"), str(tmp_path / "pause"), "amd64", str(target)]
    monkeypatch.setattr(sys, "argv", ["bundle.py", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(names)))

    runpy.run_path(str(tags.folder("node") / "system" / "bundle.py"), run_name="__main__")

    with tarfile.open(target) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        configs = [json.load(archive.extractfile(entry["Config"])) for entry in manifest]  # type: ignore[arg-type]
        assert len(archive.getnames()) == len(set(archive.getnames()))
    assert [entry["RepoTags"] for entry in manifest] == [[name] for name in names]
    assert manifest[0]["Layers"] == manifest[1]["Layers"] == manifest[2]["Layers"] != manifest[3]["Layers"]
    assert [config["config"]["Entrypoint"] for config in configs] == [
        None,
        None,
        ["/usr/local/bin/coredns"],
        ["/pause"],
    ]


def test_scripts_are_executable() -> None:
    """Every script that a build runs is executable."""
    base = tags.folder("base") / "bootstrap"
    system = tags.folder("node") / "system"
    scripts = [base, *(system / name for name in ("install", "component-root", "import-images"))]

    assert all(os.access(path, os.X_OK) for path in scripts)
