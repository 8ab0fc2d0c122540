"""Fixtures: a fake port-forward, a real server behind it, and the path through both."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fake_port_forward import FakePortForward
from memory_cluster import MemoryCluster
from prediction_server import Behaviour, serving
from seatrial.http_client import HttpResponse, NewConnections
from seatrial.kube.labels import MANAGED, MANAGER, RELEASE, SLOT
from seatrial.kube.protocol import Manifest
from seatrial.release.preview_path import PathRequest, PreviewPath
from seatrial.runtime import SYSTEM
from seatrial.system.preview_path import open_preview_path
from stub_api_server import kubeconfig

RELEASE_NAME = "trial-1"


def pod(name: str, *, ready: bool = True, **metadata: str) -> Manifest:
    """Return a pod of the release, as the API server lists it."""
    labels = {MANAGED: MANAGER, SLOT: "green", RELEASE: RELEASE_NAME}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels, **metadata},
        "spec": {"containers": [{"ports": [{"name": "http", "containerPort": 8080}]}]},
        "status": {"conditions": [{"type": "Ready", "status": str(ready)}]},
    }


@dataclass
class Preview:
    """The open path, the fake behind it, the pods' cluster, and the behaviour of the real server."""

    path: PreviewPath
    api: FakePortForward
    cluster: MemoryCluster
    behaviour: Behaviour

    def add(self, name: str, *, ready: bool = True, **metadata: str) -> None:
        """Add a pod."""
        self.cluster.apply(pod(name, ready=ready, **metadata))


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preview]:
    """A path to one ready pod, `a`; a list of pods is used once, and the limits are short."""
    monkeypatch.setattr("seatrial.system.port_forward.SECONDS", 0.2)
    monkeypatch.setattr("seatrial.system.relay.POLL_SECONDS", 0.05)
    monkeypatch.setattr("seatrial.system.preview_path.REFRESH_SECONDS", 0)
    monkeypatch.setattr("seatrial.system.preview_path.PAUSE_SECONDS", 0)
    monkeypatch.setattr("seatrial.system.preview_path.REFUSAL_SECONDS", 0.1)
    api, cluster, behaviour = FakePortForward(), MemoryCluster(), Behaviour()
    with api.serve() as url, serving(lambda: behaviour) as address:
        api.target = int(address.rpartition(":")[2])
        (tmp_path / "kubeconfig").write_text(kubeconfig(url))
        config = str(tmp_path / "kubeconfig")
        request = PathRequest(config, "stub", cluster, "trial", "green", RELEASE_NAME)
        with open_preview_path(request, SYSTEM) as path:
            found = Preview(path, api, cluster, behaviour)
            found.add("a")
            yield found


def get(preview: Preview) -> HttpResponse:
    """Send a request through the path."""
    return NewConnections().request("GET", f"{preview.path.url}/livez", timeout=10)


def connect(preview: Preview) -> socket.socket:
    """Return a connection to the path."""
    return socket.create_connection(("127.0.0.1", urlsplit(preview.path.url).port or 0), timeout=10)


def read(connection: socket.socket, size: int) -> bytes:
    """Return the next `size` bytes of a connection."""
    found = b""
    while len(found) < size:
        found += connection.recv(size - len(found))
    return found
