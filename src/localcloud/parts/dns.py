"""DNS for the test zone: dnsmasq serves the names that the load balancer writes, and forwards nothing."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.query
from docker import DockerClient

from localcloud import containers
from localcloud.addresses import Addresses
from localcloud.containers import ContainerSpec
from localcloud.instance import Instance

PART = "dns"
PORT = 5300
ZONE = "seatrial.test"
READY_SECONDS = 30
HOSTS = "/hosts"


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Start the DNS server if it does not run.

    Raises LocalcloudError if it does not start or does not respond within 30 s.
    """
    container = containers.ensure(client, instance, spec(instance, addresses, image))
    containers.wait_until_ready(container, lambda: responds(addresses.dns), READY_SECONDS, PART)


def hosts_volume(instance: Instance) -> str:
    """Return the name of the volume in which the load balancer writes host names."""
    return instance.container("hosts")


def spec(instance: Instance, addresses: Addresses, image: str) -> ContainerSpec:
    """Return the desired container."""
    return ContainerSpec(
        part=PART,
        image=image,
        entrypoint=[
            "dnsmasq",
            "--keep-in-foreground",
            "--log-facility=-",
            "--conf-file=/dev/null",
            f"--port={PORT}",
            "--no-resolv",
            "--no-hosts",
            f"--hostsdir={HOSTS}",
            # NXDOMAIN for every other name.
            "--address=/#/",
            "--local-ttl=1",
            "--pid-file=",
        ],
        ports={f"{PORT}/tcp": (addresses.dns, PORT), f"{PORT}/udp": (addresses.dns, PORT)},
        volumes={hosts_volume(instance): HOSTS},
    )


def responds(server: str, timeout: float = 1) -> bool:
    """Return whether a DNS server responds to a query over UDP, with any response code."""
    query = dns.message.make_query(f"any.{ZONE}", "A")
    try:
        dns.query.udp(query, server, port=PORT, timeout=timeout)
    except (OSError, dns.exception.DNSException):
        return False
    return True
