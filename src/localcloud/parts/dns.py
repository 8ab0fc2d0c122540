"""Names of the test zone: dnsmasq answers for what the load balancer wrote, and forwards nothing."""

from __future__ import annotations

import secrets
import socket
import struct

from docker import DockerClient

from localcloud import containers
from localcloud.addresses import Addresses
from localcloud.containers import Spec
from localcloud.instance import Instance

PART = "dns"
PORT = 5300
ZONE = "seatrial.test"
READY_SECONDS = 30
HOSTS = "/hosts"


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Have the names of the test zone answered for.

    Raises LocalcloudError where it cannot be started or gives no answer within 30 s.
    """
    container = containers.ensure(client, instance, spec(instance, addresses, image))
    containers.wait(container, lambda: responds(addresses.dns), READY_SECONDS, PART)


def hosts_volume(instance: Instance) -> str:
    """Return the volume in which the load balancer writes names."""
    return instance.container("hosts")


def spec(instance: Instance, addresses: Addresses, image: str) -> Spec:
    """Return the container that DNS should be."""
    return Spec(
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
            # Whatever is not in there does not exist; no other server is ever asked.
            "--address=/#/",
            "--local-ttl=1",
            "--pid-file=",
        ],
        ports={f"{PORT}/tcp": (addresses.dns, PORT), f"{PORT}/udp": (addresses.dns, PORT)},
        volumes={hosts_volume(instance): HOSTS},
    )


def responds(server: str, timeout: float = 1) -> bool:
    """Say whether a DNS server answers a question over UDP, whatever its answer."""
    number = secrets.token_bytes(2)
    header = number + struct.pack(">HHHHH", 0x0100, 1, 0, 0, 0)
    name = b"".join(bytes([len(label)]) + label.encode() for label in f"any.{ZONE}".split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        try:
            client.connect((server, PORT))
            client.send(header + name + b"\0" + struct.pack(">HH", 1, 1))
            return client.recv(512)[:2] == number
        except OSError:
            return False
