"""The load balancer's controller, against an API in memory."""

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
    """Return a Service as the API client deserializes it."""
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


def test_a_service_is_converted() -> None:
    """Port 80 is found among other ports; host names are normalized; the address is that of the status."""
    service = read(item())

    assert (service.port, service.node_port, service.node_ports) == (1, 30001, (31000, 30001))
    assert service.hostnames == ("a.seatrial.test", "b.seatrial.test")
    assert service.address == "127.77.3.1"
    assert service.wanted


def test_services_of_other_load_balancers_are_ignored() -> None:
    """A Service of another load balancer class, or of another type, is not wanted."""
    assert not read(item(loadBalancerClass="example.com/other")).wanted
    assert not read(item(type="NodePort")).wanted


def test_names_are_written_atomically_and_only_on_change(tmp_path: Path) -> None:
    """The file is replaced in one step, and not at all if its content is unchanged."""
    names = Names(tmp_path)
    names.write({"b.seatrial.test": "127.77.3.2", "a.seatrial.test": "127.77.3.1"})
    before = (tmp_path / "services").stat()

    names.write({"a.seatrial.test": "127.77.3.1", "b.seatrial.test": "127.77.3.2"})

    assert (tmp_path / "services").stat().st_ino == before.st_ino
    assert (tmp_path / "services").read_text() == "127.77.3.1 a.seatrial.test\n127.77.3.2 b.seatrial.test\n"
    assert [path.name for path in tmp_path.iterdir()] == ["services"]


class FakeApi:
    """An API with one Service. It refuses the node port once, as if it was not released yet."""

    def __init__(self) -> None:
        self.refusals = 1
        self.assigned: list[str] = []
        self.timeouts: list[int] = []

    def list_service_for_all_namespaces(self, **words: Any) -> Any:
        """Return the Service. Watches end at once; the third one fails as if the API was unavailable."""
        if "timeout_seconds" not in words:
            pending = item(ports=[{"port": 80, "nodePort": 31000}])
            pending.status.load_balancer.ingress = []
            return SimpleNamespace(items=[pending], metadata=SimpleNamespace(resource_version="1"))
        self.timeouts.append(words["timeout_seconds"])
        if len(self.timeouts) == 3:
            raise ApiException(status=503)
        return SimpleNamespace(stream=lambda **_: iter([]), close=lambda: None, release_conn=lambda: None)

    def patch_namespaced_service(self, **_: Any) -> None:
        """Refuse the first call."""
        self.refusals -= 1
        if self.refusals >= 0:
            raise ApiException(status=422)

    def patch_namespaced_service_status(self, **words: Any) -> None:
        """Record the address."""
        self.assigned.append(words["body"][1]["value"]["ingress"][0]["ip"])


def test_a_refused_node_port_is_retried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused node port is requested again after a second, without a further event."""
    api = FakeApi()
    monkeypatch.setattr("controller.controller.Watch", WatchWithoutEvents)

    with pytest.raises(ApiException):
        Controller(api, {"127.77.3.1": 30001}, "seatrial.test", Names(tmp_path)).list_and_watch()

    assert api.timeouts[0] == 1
    assert api.assigned[0] == "127.77.3.1"


class WatchWithoutEvents:
    """A watch that returns no event."""

    def stream(self, source: Any, **words: Any) -> Iterator[Any]:
        """Call the API and return no event."""
        source(**words)
        return iter([])
