"""The node image of the cluster, and the program that makes clusters of it."""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localcloud import process
from localcloud.engine.home import cache_dir
from localcloud.errors import LocalcloudError
from localcloud.filelock import held
from localcloud.images import base_image, builder, pull, tags
from localcloud.images.builder import Build
from localcloud.report import Report

# What kind v0.33.0 takes by default; both change together, with images/node/kind/go.mod.
PULLED = "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5"
OLDEST_KIND = (0, 33)


@dataclass(frozen=True)
class NodeImage:
    """A node image, how it was come by, and the version of Kubernetes in it (such as v1.34.10)."""

    reference: str
    source: Literal["pulled", "built"]
    kubernetes_version: str


def ensure(host: str, report: Report) -> NodeImage:
    """Return the node image: kind's own where it is here or can be pulled, else one built from packages.

    A build takes minutes the first time. Raises LocalcloudError with the log's end where it fails.
    """
    with held(cache_dir() / "locks" / "node.lock", "making the node image"):
        if pull.identity(host, PULLED):
            return _pulled()
        own = reference(base_image.present(host))
        if pull.identity(host, own):
            return _built(own)
        if pull.reachable(host, PULLED):
            with report.step("pull kind's node image"):
                pull.pull(host, PULLED)
            return _pulled()
        return _built(_build(host, report))


def reference(base: str) -> str:
    """Return what our own node image is called when it begins with ``base``."""
    return tags.reference("node", tags.folder("node"), [base])


def kubernetes_version(module: Path | None = None) -> str:
    """Return the version of Kubernetes that our own node image is built from."""
    text = (module or tags.folder("node") / "cluster" / "go.mod").read_text()
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)", text, re.MULTILINE)
    if found is None:
        raise LocalcloudError("The node's go.mod names no k8s.io/kubernetes", "restore it from git")
    return found[1]


def _pulled() -> NodeImage:
    return NodeImage(PULLED, "pulled", PULLED.partition("@")[0].rpartition(":")[2])


def _built(reference: str) -> NodeImage:
    return NodeImage(reference, "built", kubernetes_version())


def _build(host: str, report: Report) -> str:
    base = base_image.ensure(host, report)
    tag = reference(base)
    with report.step("image node (Kubernetes from source, minutes the first time)"):
        builder.build(Build("node", tags.folder("node"), tag=tag, arguments={"BASE": base}), host)
    return tag


def kind_binary(host: str, report: Report) -> Path:
    """Return a kind program for this machine: a recent one on PATH, else one built in a container and kept.

    Raises LocalcloudError where it can be neither found nor built.
    """
    found = shutil.which("kind")
    if found and recent(found):
        return Path(found)
    module = tags.folder("node") / "kind"
    kept = cache_dir() / "bin" / f"kind-{tags.reference('kind', module, [_system()]).rpartition(':')[2]}"
    with held(cache_dir() / "locks" / "kind.lock", "building kind"):
        if not (kept.is_file() and recent(str(kept))):
            _build_kind(host, kept, report)
    return kept


def recent(program: str) -> bool:
    """Say whether a kind program is new enough for the node images that we use."""
    try:
        said = process.run([program, "version"], timeout=20).stdout
    except (LocalcloudError, OSError):
        return False
    version = re.search(r"v(\d+)\.(\d+)\.", said)
    return bool(version) and (int(version[1]), int(version[2])) >= OLDEST_KIND  # type: ignore[index]


def _build_kind(host: str, target: Path, report: Report) -> None:
    base = base_image.ensure(host, report)
    target.parent.mkdir(parents=True, exist_ok=True)
    arguments = {"BASE": base, "KIND_OS": _system()}
    with report.step("build kind"), tempfile.TemporaryDirectory(dir=target.parent) as place:
        context = tags.folder("node")
        builder.build(Build("node", context, arguments=arguments, target="kind", output=Path(place)), host)
        made = Path(place) / "kind"
        made.chmod(0o755)
        made.replace(target)


def _system() -> str:
    return platform.system().lower()
