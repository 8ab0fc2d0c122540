"""Opening an environment by name."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from memory_cluster import MemoryCluster
from memory_environments import Environments
from seatrial.errors import UsageError
from seatrial.kube.protocol import FORBIDDEN, ClusterError, Manifest, UnreachableError
from seatrial.release.target import open_target
from seatrial.workspace import Workspace


@dataclass
class FailingCluster(MemoryCluster):
    """A cluster that fails each read of a Namespace with `error`."""

    error: Exception = field(default_factory=lambda: ClusterError("namespaces is forbidden", FORBIDDEN))

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object that is not a Namespace."""
        if kind == "Namespace":
            raise self.error
        return super().get(kind, name, namespace)


def test_a_missing_namespace_is_wrong_usage(environments: Environments, workspace: Workspace) -> None:
    """The hint is the command that creates the namespace."""
    environments.clusters["staging"] = MemoryCluster()
    with pytest.raises(UsageError, match="environment staging has no namespace yet") as caught:
        open_target(environments.settings, workspace, "staging", environments.services)
    assert caught.value.hint == "make bootstrap ENV=staging"


def test_an_unknown_environment_is_wrong_usage(environments: Environments, workspace: Workspace) -> None:
    """No request is sent to a cluster."""
    with pytest.raises(UsageError, match="'elsewhere'"):
        open_target(environments.settings, workspace, "elsewhere", environments.services)


def test_a_deployer_that_may_not_read_namespaces_is_accepted(
    environments: Environments, workspace: Workspace
) -> None:
    """The rights of a deployer are limited to objects inside its namespace."""
    environments.clusters["staging"] = FailingCluster()
    target = open_target(environments.settings, workspace, "staging", environments.services)
    assert target.records.all() == []


@pytest.mark.parametrize("error", [ClusterError("internal error", 500), UnreachableError("no response")])
def test_another_error_of_the_cluster_is_raised(
    environments: Environments, workspace: Workspace, error: Exception
) -> None:
    """Only a missing right is ignored."""
    environments.clusters["staging"] = FailingCluster(error=error)
    with pytest.raises(type(error)):
        open_target(environments.settings, workspace, "staging", environments.services)
