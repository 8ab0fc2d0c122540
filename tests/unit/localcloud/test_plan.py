"""The assignment of the load balancer's addresses and names."""

from __future__ import annotations

from controller.plan import Plan, Service, plan

ZONE = "seatrial.test"
POOL = {"127.77.3.1": 30001, "127.77.3.2": 30002}


def service(name: str, created: str = "2026-01-01", **more: object) -> Service:
    """Return a Service that needs an address."""
    values = {"uid": name, "namespace": "n", "name": name, "created": created, "wanted": True, "port": 0}
    return Service(**{**values, **more})  # type: ignore[arg-type]


def assigned(desired: Plan) -> dict[str, str]:
    """Return the assigned addresses by Service name."""
    return {assignment.service.name: assignment.address for assignment in desired.assignments}


def test_the_older_service_is_served_first() -> None:
    """Addresses are assigned in order of creation."""
    desired = plan([service("b", "2026-01-02"), service("a", "2026-01-01")], POOL, ZONE)

    assert assigned(desired) == {"a": "127.77.3.1", "b": "127.77.3.2"}


def test_a_service_keeps_its_address() -> None:
    """A restarted controller does not move a Service to another address."""
    holder = service("b", "2026-01-02", address="127.77.3.1", node_port=30001, node_ports=(30001,))

    desired = plan([service("a", "2026-01-01"), holder], POOL, ZONE)

    assert assigned(desired) == {"a": "127.77.3.2", "b": "127.77.3.1"}
    assert [a.service.name for a in desired.assignments if a.done] == ["b"]


def test_two_services_never_share_an_address() -> None:
    """If the status of two Services has the same address, the older one keeps it."""
    first = service("a", "2026-01-01", address="127.77.3.1", node_port=30001)
    second = service("b", "2026-01-02", address="127.77.3.1")

    assert assigned(plan([second, first], POOL, ZONE)) == {"a": "127.77.3.1", "b": "127.77.3.2"}


def test_an_unneeded_address_is_free_again() -> None:
    """The address of a Service that no longer needs one is assigned again."""
    former = service("a", address="127.77.3.1", wanted=False)

    assert assigned(plan([former, service("b")], POOL, ZONE)) == {"b": "127.77.3.1"}


def test_the_youngest_service_is_refused_if_no_address_is_free() -> None:
    """If the addresses do not suffice, the youngest Service is refused; the others are served."""
    desired = plan([service(name, name) for name in ("a", "b", "c")], POOL, ZONE)

    assert set(assigned(desired)) == {"a", "b"}
    assert [(refusal.service.name, refusal.reason) for refusal in desired.refusals] == [
        ("c", "NoAddressLeft")
    ]


def test_an_allocated_node_port_is_skipped() -> None:
    """An address whose node port Kubernetes allocated to another Service is not assigned."""
    other = service("x", wanted=False, port=None, node_ports=(30001,))

    assert assigned(plan([other, service("a")], POOL, ZONE)) == {"a": "127.77.3.2"}


def test_an_interrupted_assignment_is_continued() -> None:
    """A Service with a node port but no address yet gets the address of that node port."""
    partial = service("b", "2026-01-02", node_port=30001, node_ports=(30001,))

    assert assigned(plan([partial, service("a", "2026-01-03")], POOL, ZONE)) == {
        "b": "127.77.3.1",
        "a": "127.77.3.2",
    }


def test_a_service_without_port_80_is_refused() -> None:
    """A Service without port 80 gets no address, and a reason."""
    desired = plan([service("a", port=None)], POOL, ZONE)

    assert not desired.assignments
    assert desired.refusals[0].reason == "NoPort80"


def test_each_name_gets_the_services_address() -> None:
    """Each host name of a Service resolves to its address."""
    desired = plan([service("a", hostnames=("a.seatrial.test", "b.seatrial.test"))], POOL, ZONE)

    assert desired.names == {"a.seatrial.test": "127.77.3.1", "b.seatrial.test": "127.77.3.1"}


def test_invalid_and_duplicate_names_are_refused() -> None:
    """A name outside of the zone, an invalid one, and one of an older Service are refused."""
    names = ("example.com", "a b.seatrial.test", "x\n127.0.0.1 y.seatrial.test", "-.seatrial.test")
    first = service("a", "2026-01-01", hostnames=("a.seatrial.test",))
    second = service("b", "2026-01-02", hostnames=("a.seatrial.test", *names))

    desired = plan([second, first], POOL, ZONE)

    assert desired.names == {"a.seatrial.test": "127.77.3.1"}
    assert len(desired.refusals) == 5
    assert {refusal.reason for refusal in desired.refusals} == {"NameRefused"}
