"""Images are named after their inputs, built with what is lent and not kept, and their failures explained."""

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
from localcloud.report import Report


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """Return the folder of an image."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "run").write_text("#!/bin/sh\n")
    return folder


def test_name_changes_with_every_input(context: Path) -> None:
    """Bytes, modes, file names and the base each make another image; nothing else does."""
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


def test_certificates_and_proxies_are_lent_without_their_content(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's authorities are a build secret; a proxy's password stands in no argument."""
    bundle = tmp_path / "ca.crt"
    bundle.write_text("certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:hunter2@127.0.0.1:3128")

    words = builder.command(Build("blob", context, tag="seatrial/blob:1", arguments={"BASE": "b"}), "docker")

    assert f"id=ca,src={bundle}" in words
    assert "HTTPS_PROXY" in words
    assert "hunter2" not in " ".join(words)
    assert "BASE=b" in words


def test_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    """A builder that ran out of room is not told as a failed command."""
    said = "#12 writing layer\nwrite /var/lib/docker/tmp/x: no space left on device"

    told = builder.explained("node", LocalcloudError("docker build ended with 1", "", said), tmp_path / "log")

    assert told.message == "The disk is full: the image node could not be built"
    assert "docker system df" in told.hint
    assert told.log_tail == said


def test_failed_build_names_the_image_and_its_log(tmp_path: Path) -> None:
    """Any other failure keeps its reason and says where all of it stands."""
    told = builder.explained(
        "dns", LocalcloudError("docker ended with 1", "", "E: no such package"), tmp_path / "log"
    )

    assert "image dns could not be built" in told.message
    assert str(tmp_path / "log") in told.hint
    assert told.log_tail == "E: no such package"


@pytest.mark.parametrize(
    ("version", "plugin", "can"), [("20.10.24", 1, True), ("28.2.2", 1, False), ("28.2.2", 0, True)]
)
def test_client_must_speak_buildkit(tmp_path: Path, version: str, plugin: int, can: bool) -> None:
    """An old client does by itself, a new one with its plugin, a new one without does not."""
    program = tmp_path / "docker"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = buildx ] && exit {plugin}\necho "Docker version {version}, build x"\n'
    )
    program.chmod(0o755)

    assert builder._can_build(str(program)) is can


def test_unknown_image_is_refused(said: Report) -> None:
    """A name that is none is told with those that are."""
    with pytest.raises(LocalcloudError, match="No image is called queue") as refusal:
        images.ensure(["queue"], said)

    assert "blob" in refusal.value.hint


def test_kubernetes_version_is_the_modules(tmp_path: Path) -> None:
    """What is told is what is built; a module without it is refused."""
    assert re.fullmatch(r"v1\.\d+\.\d+", node_image.kubernetes_version())
    (tmp_path / "go.mod").write_text("module x\n")
    with pytest.raises(LocalcloudError, match=r"names no k8s\.io/kubernetes"):
        node_image.kubernetes_version(tmp_path / "go.mod")


@pytest.mark.parametrize(
    ("said", "suits"), [("kind v0.33.0 go1.24", True), ("kind v0.20.0 go1.20", False), ("", False)]
)
def test_only_a_recent_kind_is_taken(tmp_path: Path, said: str, suits: bool) -> None:
    """An older kind on PATH is not used with a node image that it does not know."""
    program = tmp_path / "kind"
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)

    assert node_image.recent(str(program)) is suits


def test_kind_and_its_node_image_change_together() -> None:
    """The program that is built is of the release whose node image is pulled."""
    module = (tags.folder("node") / "kind" / "go.mod").read_text()

    assert f"sigs.k8s.io/kind v{'.'.join(map(str, node_image.OLDEST_KIND))}." in module


def test_locks_name_no_host() -> None:
    """Packages are pinned by checksum and come from wherever the machine's client is set to."""
    lock = json.loads((tags.folder("blob") / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())

    requirements = (tags.folder("loadbalancer") / "requirements.txt").read_text()
    assert "://" not in requirements
    assert requirements.count("==") <= requirements.count("--hash=sha256:")


def test_bundle_holds_every_image_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Components share a layer; pause has its own, and resolver and pause start by themselves."""
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


def test_scripts_may_be_run() -> None:
    """What an image or an engine runs as a program is one."""
    base = tags.folder("base") / "bootstrap"
    system = tags.folder("node") / "system"
    scripts = [base, *(system / name for name in ("install", "component-root", "import-images"))]

    assert all(os.access(path, os.X_OK) for path in scripts)
