"""Who gets which address of the load balancer."""

from __future__ import annotations

from controller.plan import Plan, Service, plan

ZONE = "seatrial.test"
POOL = {"127.77.3.1": 30001, "127.77.3.2": 30002}


def service(name: str, created: str = "2026-01-01", **more: object) -> Service:
    """Return a Service that asks for an address."""
    values = {"uid": name, "namespace": "n", "name": name, "created": created, "wanted": True, "port": 0}
    return Service(**{**values, **more})  # type: ignore[arg-type]


def given(decided: Plan) -> dict[str, str]:
    """Return who got what."""
    return {assignment.service.name: assignment.address for assignment in decided.assignments}


def test_the_older_service_is_served_first() -> None:
    """Addresses are given in order of creation."""
    decided = plan([service("b", "2026-01-02"), service("a", "2026-01-01")], POOL, ZONE)

    assert given(decided) == {"a": "127.77.3.1", "b": "127.77.3.2"}


def test_who_holds_an_address_keeps_it() -> None:
    """A restarted controller, that knows only what the cluster says, moves nobody."""
    holder = service("b", "2026-01-02", address="127.77.3.1", node_port=30001, node_ports=(30001,))

    decided = plan([service("a", "2026-01-01"), holder], POOL, ZONE)

    assert given(decided) == {"a": "127.77.3.2", "b": "127.77.3.1"}
    assert [a.service.name for a in decided.assignments if a.done] == ["b"]


def test_an_address_that_two_claim_stays_with_the_older() -> None:
    """Two Services never share an address, whatever their status says."""
    first = service("a", "2026-01-01", address="127.77.3.1", node_port=30001)
    second = service("b", "2026-01-02", address="127.77.3.1")

    assert given(plan([second, first], POOL, ZONE)) == {"a": "127.77.3.1", "b": "127.77.3.2"}


def test_a_service_that_goes_frees_its_address() -> None:
    """An address is free again once its Service is gone or wants none any more."""
    gone = service("a", address="127.77.3.1", wanted=False)

    assert given(plan([gone, service("b")], POOL, ZONE)) == {"b": "127.77.3.1"}


def test_one_too_many_is_refused_and_the_rest_served() -> None:
    """When addresses run out the youngest waits, with the reason; nobody else notices."""
    decided = plan([service(name, name) for name in ("a", "b", "c")], POOL, ZONE)

    assert set(given(decided)) == {"a", "b"}
    assert [(refusal.service.name, refusal.reason) for refusal in decided.refusals] == [
        ("c", "NoAddressLeft")
    ]


def test_a_node_port_that_another_service_has_is_left_to_it() -> None:
    """A Service that got one of our node ports by chance keeps it; its address is passed over."""
    stranger = service("x", wanted=False, port=None, node_ports=(30001,))

    assert given(plan([stranger, service("a")], POOL, ZONE)) == {"a": "127.77.3.2"}


def test_a_service_that_was_half_served_gets_the_same_again() -> None:
    """A controller that ended between node port and address goes on where it was."""
    half = service("b", "2026-01-02", node_port=30001, node_ports=(30001,))

    assert given(plan([half, service("a", "2026-01-03")], POOL, ZONE)) == {
        "b": "127.77.3.1",
        "a": "127.77.3.2",
    }


def test_a_service_without_port_80_is_refused() -> None:
    """The load balancer serves port 80 and says so where there is none."""
    decided = plan([service("a", port=None)], POOL, ZONE)

    assert not decided.assignments
    assert decided.refusals[0].reason == "NoPort80"


def test_names_lead_to_addresses() -> None:
    """Each name of a Service resolves to its address."""
    decided = plan([service("a", hostnames=("a.seatrial.test", "b.seatrial.test"))], POOL, ZONE)

    assert decided.names == {"a.seatrial.test": "127.77.3.1", "b.seatrial.test": "127.77.3.1"}


def test_names_that_are_not_ours_to_give_are_refused() -> None:
    """A name outside the zone, one that is no name, and one that is taken are refused, never written."""
    names = ("example.com", "a b.seatrial.test", "x\n127.0.0.1 y.seatrial.test", "-.seatrial.test")
    first = service("a", "2026-01-01", hostnames=("a.seatrial.test",))
    second = service("b", "2026-01-02", hostnames=("a.seatrial.test", *names))

    decided = plan([second, first], POOL, ZONE)

    assert decided.names == {"a.seatrial.test": "127.77.3.1"}
    assert len(decided.refusals) == 5
    assert {refusal.reason for refusal in decided.refusals} == {"NameRefused"}
