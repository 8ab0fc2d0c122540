"""The node image of the cluster, and the kind program."""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from localcloud import process
from localcloud.cache import cache_directory, lock_path
from localcloud.errors import LocalcloudError
from localcloud.images import base_image, builder, pull, tags
from localcloud.images.builder import Build
from localcloud.locks import exclusive
from localcloud.progress import ProgressReporter

# The default of kind v0.33.0. Change it together with OLDEST_KIND and images/node/kind/go.mod.
PULLED = "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5"
OLDEST_KIND = (0, 33)


@dataclass(frozen=True)
class NodeImage:
    """A node image, whether it was pulled or built, and its version of Kubernetes, such as v1.34.10."""

    reference: str
    source: Literal["pulled", "built"]
    kubernetes_version: str


def ensure(host: str, progress: ProgressReporter) -> NodeImage:
    """Return the node image: kind's own if the engine has it or can pull it, else one built from source.

    The first build takes minutes. Raises LocalcloudError with the end of the log if the build fails.
    """
    with exclusive(lock_path("node"), "building the node image"):
        if pull.local_reference(host, PULLED):
            return _pulled()
        own = built_reference(base_image.existing_reference(host))
        if pull.local_reference(host, own):
            return _built(own)
        if pull.is_available(host, PULLED):
            with progress.step("pull kind's node image", "pulling"):
                pull.pull(host, PULLED)
            return _pulled()
        return _built(_build(host, progress))


def built_reference(base: str) -> str:
    """Return the reference that a node image built on ``base`` has."""
    return tags.reference("node", tags.folder("node"), [base])


def kubernetes_version(module: Path | None = None) -> str:
    """Return the version of Kubernetes in the go.mod of the node image; ``module`` replaces its path."""
    text = (module or tags.folder("node") / "cluster" / "go.mod").read_text()
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)", text, re.MULTILINE)
    if found is None:
        raise LocalcloudError("The node image's go.mod does not require k8s.io/kubernetes", "git restore it")
    return found[1]


def _pulled() -> NodeImage:
    return NodeImage(PULLED, "pulled", PULLED.partition("@")[0].rpartition(":")[2])


def _built(reference: str) -> NodeImage:
    return NodeImage(reference, "built", kubernetes_version())


def _build(host: str, progress: ProgressReporter) -> str:
    base = base_image.ensure(host, progress)
    tag = built_reference(base)
    progress.line("kind's node image cannot be pulled: building one from source, which takes several minutes")
    with progress.step("node image", "building"):
        builder.build(Build("node", tags.folder("node"), tag=tag, arguments={"BASE": base}), host)
    return tag


def kind_binary(host: str, progress: ProgressReporter) -> Path:
    """Return the path of a kind program: a recent one on PATH, else one that is built in a container.

    The built program is cached. Raises LocalcloudError if the build fails.
    """
    found = shutil.which("kind")
    if found and is_recent(found):
        return Path(found)
    module = tags.folder("node") / "kind"
    tag = tags.reference("kind", module, [_system()]).rpartition(":")[2]
    cached = cache_directory() / "bin" / f"kind-{tag}"
    with exclusive(lock_path("kind"), "building kind"):
        if not (cached.is_file() and is_recent(str(cached))):
            _build_kind(host, cached, progress)
    return cached


def is_recent(program: str) -> bool:
    """Return whether a kind program supports the node images that localcloud uses."""
    try:
        output = process.run([program, "version"], timeout=20).stdout
    except (LocalcloudError, OSError):
        return False
    version = re.search(r"v(\d+)\.(\d+)\.", output)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_KIND


def _build_kind(host: str, target: Path, progress: ProgressReporter) -> None:
    base = base_image.ensure(host, progress)
    target.parent.mkdir(parents=True, exist_ok=True)
    arguments = {"BASE": base, "KIND_OS": _system()}
    with progress.step("kind", "building"), tempfile.TemporaryDirectory(dir=target.parent) as directory:
        context, output = tags.folder("node"), Path(directory)
        builder.build(Build("node", context, arguments=arguments, target="kind", output=output), host)
        built = output / "kind"
        built.chmod(0o755)
        built.replace(target)


def _system() -> str:
    return platform.system().lower()
