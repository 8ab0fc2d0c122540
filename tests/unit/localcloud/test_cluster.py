"""The recovery of a stopped node, and the firewall rules of a node."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.parts import cluster, node, node_firewall


class StoppedNode:
    """A stopped node that becomes Ready after a number of starts."""

    status, name = "exited", "node"

    def __init__(self, starts_needed: int) -> None:
        self.starts, self.starts_needed = 0, starts_needed

    def start(self) -> None:
        """Count a start."""
        self.starts += 1

    def restart(self, timeout: int) -> None:  # noqa: ARG002
        """Count a restart."""
        self.starts += 1


@pytest.fixture(autouse=True)
def _node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "exists", lambda *_: True)
    monkeypatch.setattr(
        node, "spec_of", lambda found: "spec" if found.starts >= found.starts_needed else None
    )


@pytest.mark.parametrize(("starts_needed", "spec"), [(1, "spec"), (2, "spec"), (3, None)])
def test_a_stopped_node_is_started_and_then_restarted(starts_needed: int, spec: str | None) -> None:
    """A node is started, then restarted once; after that it is not usable."""
    found: Any = StoppedNode(starts_needed)

    assert cluster._spec_of_recovered(found, "/hosts.toml", seconds=0) == spec
    assert found.starts == min(starts_needed, 2)


def test_firewall_rules_are_inserted_once() -> None:
    """A rule that `iptables --check` finds is not inserted again."""
    rules: list[str] = []

    def exec_run(words: list[str], demux: bool = False) -> Any:
        action, rule = words[3], " ".join(words[4:])
        if action == "--check":
            return SimpleNamespace(exit_code=0 if rule in rules else 1)
        rules.append(rule)
        return 0, (b"", b"")

    container: Any = SimpleNamespace(exec_run=exec_run, name="node")
    for _ in range(2):
        node_firewall.reject_unrouted_service_traffic(container)

    assert [rule.split()[0] for rule in rules] == ["OUTPUT", "FORWARD"]
