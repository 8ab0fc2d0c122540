"""The address of the live Service, and what the host of an environment resolves to."""

from __future__ import annotations

import pytest

from memory_cluster import MemoryCluster
from seatrial.doctor.finding import Finding
from seatrial.doctor.live_address import check_address, resolve
from seatrial.kube.protocol import Manifest
from seatrial.settings import Dns, Environment

# Nothing answers there: no name resolves.
NOWHERE = Dns(server="127.0.0.1", port=9)


def findings(service: Manifest | None, host: str, *, own: str = "service", **more: Manifest) -> list[Finding]:
    """Check the environment `here` with a host, in a cluster with this Service."""
    objects = {(each["kind"], each["metadata"]["name"]): each for each in more.values()}
    if service:
        objects["Service", "classifier"] = service
    environment = Environment(namespace="n", overlay="o", host=host, address=own)  # type: ignore[arg-type]
    return list(check_address(MemoryCluster(objects), "here", environment, NOWHERE))


def service(*addresses: str) -> Manifest:
    """Return the live Service with addresses of its load balancer."""
    ingress = [{"ip": address} for address in addresses]
    return {
        "kind": "Service",
        "metadata": {"name": "classifier"},
        "status": {"loadBalancer": {"ingress": ingress}},
    }


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is asked for during a fraction of a second, and every address is reached."""
    monkeypatch.setattr("seatrial.doctor.live_address.RESOLVE_SECONDS", 0.2)
    monkeypatch.setattr("seatrial.doctor.live_address.connect", lambda *_: None)


def test_before_the_first_release_nothing_is_missing() -> None:
    """There is no Service yet, and its name need not resolve."""
    found = findings(None, "h.test")
    assert [each.state for each in found] == ["later", "later"]
    assert "make deploy accept ENV=here" in found[0].fix


def test_a_name_that_should_resolve_and_does_not_is_missing() -> None:
    """The fix has the address that the DNS record needs."""
    found = findings(service("192.0.2.1"), "h.test")
    assert [each.state for each in found] == ["ok", "missing", "ok"]
    assert "192.0.2.1" in found[1].fix


def test_a_host_with_the_address_of_the_service_is_ok() -> None:
    """An address as the host is its own."""
    found = findings(service("192.0.2.1"), "192.0.2.1")
    assert [each.state for each in found] == ["ok", "ok", "ok"]
    assert "192.0.2.1" in found[1].detail


def test_a_host_with_another_address_is_missing() -> None:
    """Both addresses are in the row."""
    found = findings(service("192.0.2.1"), "192.0.2.9")
    assert found[1].state == "missing"
    assert "192.0.2.9" in found[1].detail
    assert "192.0.2.1" in found[1].detail


def test_a_service_without_an_address_has_the_reason_of_the_load_balancer() -> None:
    """A quota that is used up stands in the last warning of the Service."""
    event = {
        "kind": "Event",
        "metadata": {"name": "e"},
        "type": "Warning",
        "message": "PublicIPCountLimitReached",
        "lastTimestamp": "2026-01-01T00:00:00Z",
    }
    found = findings(service(), "h.test", event=event)
    assert found[0].state == "missing"
    assert "PublicIPCountLimitReached" in found[0].detail


def test_behind_a_gateway_the_host_need_not_be_the_address_of_the_service() -> None:
    """With `address = "host"` only the name counts."""
    found = findings(service("192.0.2.1"), "192.0.2.9", own="host")
    assert [(each.what, each.state) for each in found] == [("host", "ok")]


def test_a_name_without_a_server_that_answers_has_no_address() -> None:
    """The wait has a deadline, and nothing is raised."""
    assert resolve("h.test", NOWHERE) == []


@pytest.mark.parametrize(
    ("failure", "address", "state", "text"),
    [
        (TimeoutError(), "10.1.0.7", "missing", "10.1.0.7 is an address of a private network"),
        (OSError(), "20.1.0.7", "missing", "firewalls"),
        (ConnectionRefusedError(), "10.1.0.7", "later", "make deploy accept ENV=here"),
    ],
)
def test_an_address_that_this_machine_does_not_reach(
    monkeypatch: pytest.MonkeyPatch, failure: OSError, address: str, state: str, text: str
) -> None:
    """The attempt to connect is replaced: no address here is out of reach in a defined way."""

    def unreachable(*_: object) -> None:
        raise failure

    monkeypatch.setattr("seatrial.doctor.live_address.connect", unreachable)
    reach = findings(service(address), address)[-1]
    assert (reach.what, reach.state) == ("reach, here", state)
    assert text in reach.fix
