"""Collect what explains a failure of an instance: logs, events and the state of the cluster."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path, PurePosixPath

from docker import DockerClient
from docker.errors import DockerException
from docker.models.containers import Container
from requests import RequestException

from localcloud import containers, engine
from localcloud.cache import build_log_path
from localcloud.engine import connection
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.parts import node

# The containers of the cluster, also those that were restarted.
POD_LOGS = "/var/log/pods"
# Secrets are not among them.
OBJECTS = "all,ingress,configmap,endpointslice,networkpolicy,hpa,pdb,lease"
EVERYWHERE = "--all-namespaces"
VIEWS = {
    "events.txt": ("get", "events", EVERYWHERE, "--sort-by=.lastTimestamp", "--output=wide"),
    "objects.txt": ("get", OBJECTS, EVERYWHERE, "--output=wide"),
    "nodes.txt": ("describe", "nodes"),
    "pods.txt": ("describe", "pods", EVERYWHERE),
}
JOURNAL = ("journalctl", "--no-pager", "--output=short-precise", "--unit")


def collect(instance: Instance, warn: Callable[[str], None]) -> list[Path]:
    """Replace the collected logs of the instance in its directory; return the files.

    Logs of image builds, of the parts' containers, of the node and of its pods; events, objects and
    descriptions of the cluster, without Secrets. What cannot be read is left out and reported to ``warn``.
    Raises OSError if the directory cannot be written.
    """
    target = instance.logs
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    shutil.copytree(build_log_path("base").parent, target / "builds")
    try:
        found = engine.find()
        if found is None:
            warn(f"{engine.NO_ENGINE}: only the logs of image builds are there")
        else:
            if found.log and found.log.is_file():
                shutil.copyfile(found.log, target / "engine.log")
            with closing(connection.connect(found.host)) as client:
                _parts(client, instance, target, warn)
                _cluster(client, instance, target, warn)
    except (LocalcloudError, DockerException, RequestException) as error:
        warn(f"not everything could be read: {error}")
    return sorted(path for path in target.rglob("*") if path.is_file())


def _parts(client: DockerClient, instance: Instance, target: Path, warn: Callable[[str], None]) -> None:
    labels = [f"{key}={value}" for key, value in instance.selector.items()]
    owned = client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    states = []
    for container in sorted(owned, key=lambda each: str(each.name)):
        states.append(_state(container))
        part = container.labels["seatrial.part"]
        _write(target / f"{part}.log", partial(container.logs, timestamps=True), warn)
    (target / "containers.txt").write_text("".join(states), encoding="utf-8")


def _state(container: Container) -> str:
    state = container.attrs["State"]
    fields = {key: state.get(key) for key in ("Status", "ExitCode", "OOMKilled", "StartedAt", "Error")}
    return f"{container.name} restarts={container.attrs.get('RestartCount')} {fields}\n"


def _cluster(client: DockerClient, instance: Instance, target: Path, warn: Callable[[str], None]) -> None:
    found = containers.find(client, instance.node)
    if found is None:
        warn("there is no cluster")
        return
    cluster = target / "cluster"
    cluster.mkdir()
    _write(cluster / "node.log", lambda: found.logs(timestamps=True), warn)
    for unit in ("kubelet", "containerd"):
        _write(cluster / f"{unit}.log", partial(_run, found, unit), warn)
    for name, words in VIEWS.items():
        _write(cluster / name, partial(_kubectl, found, *words), warn)
    _pod_logs(found, cluster, warn)


def _run(found: Container, unit: str) -> bytes:
    return node.run(found, *JOURNAL, unit).encode()


def _kubectl(found: Container, *words: str) -> bytes:
    return node.kubectl(found, *words).encode()


def _pod_logs(found: Container, target: Path, warn: Callable[[str], None]) -> None:
    with tempfile.TemporaryFile() as archive:
        try:
            for chunk in found.get_archive(POD_LOGS)[0]:
                archive.write(chunk)
        except (DockerException, RequestException) as error:
            warn(f"the logs of the pods: {error}")
            return
        archive.seek(0)
        with tarfile.open(fileobj=archive) as packed:
            _unpack(packed, target)


def _unpack(packed: tarfile.TarFile, target: Path) -> None:
    """Write the regular files of an archive below a directory."""
    for member in packed:
        # Not extractall: its safe filter is missing in Python 3.11.2, and the node is not trusted.
        content = packed.extractfile(member) if member.isfile() else None
        if content and ".." not in PurePosixPath(member.name).parts:
            path = target / member.name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())


def _write(target: Path, read: Callable[[], bytes], warn: Callable[[str], None]) -> None:
    try:
        target.write_bytes(read())
    except (LocalcloudError, DockerException, RequestException) as error:
        warn(f"{target.name}: {error}")
