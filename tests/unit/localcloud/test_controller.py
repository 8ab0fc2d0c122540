"""The controller's own files and words, apart from the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from controller.controller import Controller
from controller.names import Names
from controller.services import read
from kubernetes.client import ApiClient, ApiException


def item(**spec: object) -> Any:
    """Return a Service as the API's own client reads it."""
    document = {
        "metadata": {
            "name": "a",
            "namespace": "n",
            "uid": "u",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "annotations": {"external-dns.alpha.kubernetes.io/hostname": "A.seatrial.test., b.seatrial.test"},
        },
        "spec": {
            "type": "LoadBalancer",
            "ports": [{"name": "x", "port": 9, "nodePort": 31000}, {"port": 80, "nodePort": 30001}],
            **spec,
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "127.77.3.1"}]}},
    }
    return ApiClient().deserialize(json.dumps(document), "V1Service", "application/json")


def test_reads_what_matters_of_a_service() -> None:
    """Port 80 is found among others, names are taken as DNS compares them, the status is believed."""
    service = read(item())

    assert (service.port, service.node_port, service.node_ports) == (1, 30001, (31000, 30001))
    assert service.hostnames == ("a.seatrial.test", "b.seatrial.test")
    assert service.address == "127.77.3.1"
    assert service.wanted


def test_leaves_other_balancers_services_alone() -> None:
    """A Service of another class, or of another type, asks nothing of us."""
    assert not read(item(loadBalancerClass="example.com/other")).wanted
    assert not read(item(type="NodePort")).wanted


def test_names_are_written_whole_and_only_when_they_change(tmp_path: Path) -> None:
    """Whoever reads the file never sees half of it, and an unchanged one is not touched."""
    names = Names(tmp_path)
    names.write({"b.seatrial.test": "127.77.3.2", "a.seatrial.test": "127.77.3.1"})
    before = (tmp_path / "services").stat()

    names.write({"a.seatrial.test": "127.77.3.1", "b.seatrial.test": "127.77.3.2"})

    assert (tmp_path / "services").stat().st_ino == before.st_ino
    assert (tmp_path / "services").read_text() == "127.77.3.1 a.seatrial.test\n127.77.3.2 b.seatrial.test\n"
    assert [path.name for path in tmp_path.iterdir()] == ["services"]


class Watched:
    """An API with one Service, whose node port is refused at first, as one that is not free yet."""

    def __init__(self) -> None:
        self.refusals = 1
        self.given: list[str] = []
        self.waits: list[int] = []

    def list_service_for_all_namespaces(self, **words: Any) -> Any:
        """Give the Service; a watch ends at once, and the third fails as a cluster that is away."""
        if "timeout_seconds" not in words:
            waiting = item(ports=[{"port": 80, "nodePort": 31000}])
            waiting.status.load_balancer.ingress = []
            return SimpleNamespace(items=[waiting], metadata=SimpleNamespace(resource_version="1"))
        self.waits.append(words["timeout_seconds"])
        if len(self.waits) == 3:
            raise ApiException(status=503)
        return SimpleNamespace(stream=lambda **_: iter([]), close=lambda: None, release_conn=lambda: None)

    def patch_namespaced_service(self, **_: Any) -> None:
        """Refuse once."""
        self.refusals -= 1
        if self.refusals >= 0:
            raise ApiException(status=422)

    def patch_namespaced_service_status(self, **words: Any) -> None:
        """Remember the address."""
        self.given.append(words["body"][1]["value"]["ingress"][0]["ip"])


def test_a_port_that_is_not_free_yet_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused node port is tried again within seconds, though the cluster says nothing more of it."""
    api = Watched()
    monkeypatch.setattr("controller.controller.Watch", Quiet)

    with pytest.raises(ApiException):
        Controller(api, {"127.77.3.1": 30001}, "seatrial.test", Names(tmp_path)).follow()

    assert api.waits[0] == 1
    assert api.given[0] == "127.77.3.1"


class Quiet:
    """A watch in which nothing happens."""

    def stream(self, source: Any, **words: Any) -> Iterator[Any]:
        """Ask, and end."""
        source(**words)
        return iter([])
