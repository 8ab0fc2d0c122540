"""The containers of the local cloud, and ways to interrupt them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import docker
from docker.models.containers import Container

from e2e.release.conftest import ReleaseEnvironment
from seatrial.wait import until
from seatrial.workspace import Workspace

APISERVER = "kube-apiserver"
ADMIN = "/etc/kubernetes/admin.conf"
START_SECONDS = 90


def part(workspace: Workspace, name: str) -> Container:
    """Return the container of a part of this instance, for example `registry` or `dns`."""
    labels = {"instance": workspace.instance, "workspace": str(workspace.root), "part": name}
    filters = [f"seatrial.{key}={value}" for key, value in labels.items()]
    (found,) = docker.from_env(timeout=30).containers.list(filters={"label": filters})
    return found


def node(workspace: Workspace) -> Container:
    """Return the container of this instance's only node."""
    name = part(workspace, "registry").name.removesuffix("-registry") + "-control-plane"
    return docker.from_env(timeout=30).containers.get(name)


def kubectl(environment: ReleaseEnvironment, *words: str) -> str:
    """Run kubectl on the node as the cluster's administrator and return its output."""
    return _exec(node(environment.target.workspace), "kubectl", f"--kubeconfig={ADMIN}", *words)


@contextmanager
def paused(container: Container) -> Iterator[None]:
    """Pause a container inside the block."""
    container.pause()
    try:
        yield
    finally:
        container.unpause()


@contextmanager
def unreachable_from_node(workspace: Workspace, name: str) -> Iterator[None]:
    """Block the route from the node to a part inside the block; this machine still reaches it."""
    networks = part(workspace, name).attrs["NetworkSettings"]["Networks"]
    (address,) = [network["IPAddress"] for network in networks.values()]
    _exec(node(workspace), "ip", "route", "add", "unreachable", f"{address}/32")
    try:
        yield
    finally:
        _exec(node(workspace), "ip", "route", "del", "unreachable", f"{address}/32")


@contextmanager
def apiserver_down(
    environment: ReleaseEnvironment, condition: Callable[[], bool], seconds: float
) -> Iterator[None]:
    """Stop the API server for `seconds` once `condition` holds, at most until the block ends."""
    container, over = node(environment.target.workspace), threading.Event()

    def interrupt() -> None:
        until("the condition for API server downtime", lambda: condition() or None, START_SECONDS, every=0.1)
        _signal(container, "STOP")
        try:
            over.wait(seconds)
        finally:
            _signal(container, "CONT")

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _signal(container: Container, name: str) -> None:
    # The node has no pgrep; the kernel cuts process names to 15 characters.
    script = (
        f"for p in /proc/[0-9]*; do [ \"$(cat $p/comm 2>/dev/null)\" = '{APISERVER[:15]}' ] && "
        f'kill -{name} ${{p#/proc/}} && found=1; done; [ "$found" ]'
    )
    _exec(container, "sh", "-c", script)


def _exec(container: Container, *words: str) -> str:
    code, output = container.exec_run(list(words))
    text = str(output.decode(errors="replace"))
    assert code == 0, f"{' '.join(words)}: {text}"
    return text
