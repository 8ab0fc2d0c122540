"""Parts of the tests' own local cloud taken away for a while: a registry, a name server, the API server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import docker
from docker.models.containers import Container

from e2e.release.conftest import Trial
from seatrial.wait import until
from seatrial.workspace import Workspace

APISERVER = "kube-apiserver"
ADMIN = "/etc/kubernetes/admin.conf"
START_SECONDS = 90


def part(workspace: Workspace, name: str) -> Container:
    """Return the container of one part of this instance: `registry`, `dns`, `blob`, `loadbalancer`."""
    labels = {"instance": workspace.instance, "workspace": str(workspace.root), "part": name}
    asked = [f"seatrial.{key}={value}" for key, value in labels.items()]
    (found,) = docker.from_env(timeout=30).containers.list(filters={"label": asked})
    return found


def node(workspace: Workspace) -> Container:
    """Return the container that is this instance's one node."""
    name = part(workspace, "registry").name.removesuffix("-registry") + "-control-plane"
    return docker.from_env(timeout=30).containers.get(name)


def administer(trial: Trial, *words: str) -> str:
    """Run kubectl as the cluster's administrator would, past everything of ours; return what it printed."""
    return _run(node(trial.target.workspace), "kubectl", f"--kubeconfig={ADMIN}", *words)


@contextmanager
def paused(container: Container) -> Iterator[None]:
    """Have a part answer nothing."""
    container.pause()
    try:
        yield
    finally:
        container.unpause()


@contextmanager
def unreachable_from_the_node(workspace: Workspace, name: str) -> Iterator[None]:
    """Have the node find no way to a part, while everybody else does."""
    networks = part(workspace, name).attrs["NetworkSettings"]["Networks"]
    (address,) = [network["IPAddress"] for network in networks.values()]
    _run(node(workspace), "ip", "route", "add", "unreachable", f"{address}/32")
    try:
        yield
    finally:
        _run(node(workspace), "ip", "route", "del", "unreachable", f"{address}/32")


@contextmanager
def apiserver_away(trial: Trial, begins: Callable[[], bool], seconds: float) -> Iterator[None]:
    """Stop the API server for some seconds from the moment at which `begins` says so."""
    cluster, over = node(trial.target.workspace), threading.Event()

    def take_away() -> None:
        until("the moment to take the API server away", lambda: begins() or None, START_SECONDS, every=0.1)
        _signal(cluster, "STOP")
        try:
            over.wait(seconds)
        finally:
            _signal(cluster, "CONT")

    thread = threading.Thread(target=take_away, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _signal(cluster: Container, name: str) -> None:
    # The node has no pgrep; the name that the kernel keeps is cut to 15 characters.
    script = (
        f"for p in /proc/[0-9]*; do [ \"$(cat $p/comm 2>/dev/null)\" = '{APISERVER[:15]}' ] && "
        f'kill -{name} ${{p#/proc/}} && found=1; done; [ "$found" ]'
    )
    _run(cluster, "sh", "-c", script)


def _run(container: Container, *words: str) -> str:
    code, output = container.exec_run(list(words))
    said = str(output.decode(errors="replace"))
    assert code == 0, f"{' '.join(words)}: {said}"
    return said
