"""Keep traffic for Services inside the node.

Until kube-proxy has rules for a Service, packets to its address follow the default route out of the node. A
host outside that responds would be mistaken for the Service for as long as the connection stays open.
"""

from __future__ import annotations

from docker.models.containers import Container

from localcloud.parts import node
from localcloud.parts.kindconfig import SERVICES

OUTSIDE_INTERFACE = "eth0"
# OUTPUT: traffic of the node itself; FORWARD: traffic of its pods.
CHAINS = ("OUTPUT", "FORWARD")


def reject_unrouted_service_traffic(container: Container) -> None:
    """Make the node reject packets to Service addresses that kube-proxy has not rewritten; idempotent.

    Raises LocalcloudError if the node's iptables fails.
    """
    for chain in CHAINS:
        rule = [chain, "--destination", SERVICES, "--out-interface", OUTSIDE_INTERFACE, "--jump", "REJECT"]
        if container.exec_run(["iptables", "--wait", "5", "--check", *rule]).exit_code:
            node.run(container, "iptables", "--wait", "5", "--insert", *rule)
