"""The address range of an instance, and the detection of addresses in use."""

from __future__ import annotations

import ipaddress
import socket
from itertools import islice

import pytest

from localcloud.addresses import Addresses, candidates, first_taken


def test_the_range_depends_on_the_name_alone() -> None:
    """An instance that is created again gets the same range."""
    assert next(candidates("seatrial-dev-1")) == next(candidates("seatrial-dev-1"))


@pytest.mark.parametrize("name", ["seatrial-dev-1", "seatrial-test-2", "x"])
def test_candidates_are_distinct_ranges_in_the_reserved_block(name: str) -> None:
    """Every candidate is in 127.64.0.0/10, and no two are equal."""
    ranges = [addresses.subnet for addresses in candidates(name)]

    block = ipaddress.ip_network("127.64.0.0/10")
    assert all(ipaddress.ip_network(subnet).subnet_of(block) for subnet in ranges)  # type: ignore[arg-type]
    assert len(set(ranges)) == len(ranges)


def test_every_published_address_is_in_the_range() -> None:
    """Each part has an address in the instance's range; the load balancer has twelve."""
    addresses = Addresses("127.77.3")
    subnet = ipaddress.ip_network(addresses.subnet)

    assert all(ipaddress.ip_address(address) in subnet for address, _ in addresses.all())
    assert list(islice(addresses.loadbalancers.items(), 2)) == [("127.77.3.1", 30001), ("127.77.3.2", 30002)]
    assert len(addresses.loadbalancers) == 12


def test_an_address_in_use_is_found() -> None:
    """An address with a listener is returned as address:port."""
    with socket.create_server(("127.65.1.9", 0)) as listener:
        port = listener.getsockname()[1]

        assert first_taken([("127.65.1.8", port), ("127.65.1.9", port)]) == f"127.65.1.9:{port}"


def test_a_listener_on_all_addresses_is_found() -> None:
    """A listener on 0.0.0.0 makes the instance's address unusable."""
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]

        assert first_taken([("127.65.1.9", port)]) == f"127.65.1.9:{port}"


def test_a_free_address_is_not_reported() -> None:
    """An address whose listener was closed is free."""
    with socket.create_server(("127.65.1.10", 0)) as listener:
        port = listener.getsockname()[1]

    assert first_taken([("127.65.1.10", port)]) is None
