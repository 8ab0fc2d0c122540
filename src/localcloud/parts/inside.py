"""What is meant for a Service never leaves the node.

Until kube-proxy knows a Service its address leads nowhere, and so out of the machine. Whoever answers there
may be taken for the Service for as long as the connection is kept.
"""

from __future__ import annotations

from docker.models.containers import Container

from localcloud.parts import node
from localcloud.parts.kindconfig import SERVICES

WAY_OUT = "eth0"
# Of the node itself, and of its pods.
CHAINS = ("OUTPUT", "FORWARD")


def keep(found: Container) -> None:
    """Have the node refuse, at once, what kube-proxy has not turned to a pod; done again it changes nothing.

    Raises LocalcloudError where the node does not take the rule.
    """
    for chain in CHAINS:
        rule = [chain, "--destination", SERVICES, "--out-interface", WAY_OUT, "--jump", "REJECT"]
        if found.exec_run(["iptables", "--wait", "5", "--check", *rule]).exit_code:
            node.run(found, "iptables", "--wait", "5", "--insert", *rule)
