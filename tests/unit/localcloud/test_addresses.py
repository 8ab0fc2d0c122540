"""Which addresses an instance takes, and when it must not."""

from __future__ import annotations

import ipaddress
import socket
from itertools import islice

import pytest

from localcloud.addresses import Addresses, candidates, first_taken


def test_an_instance_asks_for_the_same_range_every_time() -> None:
    """The range follows from the name, so that an instance that is made again has its old addresses."""
    assert next(candidates("seatrial-dev-1")) == next(candidates("seatrial-dev-1"))


@pytest.mark.parametrize("name", ["seatrial-dev-1", "seatrial-test-2", "x"])
def test_ranges_stay_clear_of_the_users_own(name: str) -> None:
    """Every range is loopback, in 127.64.0.0/10, and no two candidates are the same."""
    ranges = [addresses.subnet for addresses in candidates(name)]

    area = ipaddress.ip_network("127.64.0.0/10")
    assert all(ipaddress.ip_network(subnet).subnet_of(area) for subnet in ranges)  # type: ignore[arg-type]
    assert len(set(ranges)) == len(ranges)


def test_everything_published_is_in_the_range() -> None:
    """Each part has an address of its own in the instance's range; the load balancer has twelve."""
    addresses = Addresses("127.77.3")
    subnet = ipaddress.ip_network(addresses.subnet)

    assert all(ipaddress.ip_address(address) in subnet for address, _ in addresses.all())
    assert list(islice(addresses.loadbalancers.items(), 2)) == [("127.77.3.1", 30001), ("127.77.3.2", 30002)]
    assert len(addresses.loadbalancers) == 12


def test_an_address_in_use_is_named() -> None:
    """Something that listens on an address is found, and told as address:port."""
    with socket.create_server(("127.65.1.9", 0)) as listener:
        port = listener.getsockname()[1]

        assert first_taken([("127.65.1.8", port), ("127.65.1.9", port)]) == f"127.65.1.9:{port}"


def test_a_listener_on_every_address_is_found() -> None:
    """What listens on all addresses takes ours too."""
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]

        assert first_taken([("127.65.1.9", port)]) == f"127.65.1.9:{port}"


def test_free_addresses_are_free() -> None:
    """Nothing listens, nothing is named."""
    with socket.create_server(("127.65.1.10", 0)) as listener:
        port = listener.getsockname()[1]

    assert first_taken([("127.65.1.10", port)]) is None
