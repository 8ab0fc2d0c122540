"""Who gets the Roles of an environment beside its service account: the users and groups of the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from memory_cluster import MemoryCluster
from memory_environments import REGISTRY, Environments
from seatrial.kube.nodes import READER
from seatrial.kube.protocol import Manifest
from seatrial.release.accepted import accepted_release, require_not_taken_back
from seatrial.release.target import open_target
from seatrial.settings import Environment, Registry
from seatrial.stages.bootstrap import bootstrap
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
BASE = ROOT / "deploy" / "base" / "environment"
STAGING = "00000000-0000-4000-9000-000000000004"
PRODUCTION = "00000000-0000-4000-9000-000000000006"
Bootstrap = Callable[..., dict[str, Manifest]]


def manifests() -> Iterator[Manifest]:
    """Yield a namespace and the Roles with their bindings, as the overlays have them."""
    yield {"kind": "Namespace", "metadata": {"name": "staging", "uid": "1"}}
    for name in ("role.yaml", "reader.yaml"):
        yield from yaml.safe_load_all((BASE / name).read_text())


@pytest.fixture
def bindings(environments: Environments, workspace: Workspace) -> Bootstrap:
    """Bootstrap `staging` with these deployers and readers; return the bindings by the name of their Role."""
    environments.clusters["staging"] = MemoryCluster()

    def run(**who: tuple[str, ...]) -> dict[str, Manifest]:
        staging = environments.settings.environments["staging"].model_copy(update=who)
        changed: dict[str, Any] = {
            "registry": Registry(address=REGISTRY),
            "environments": {**environments.settings.environments, "staging": staging},
        }
        services = replace(environments.services, kustomize=lambda _: list(manifests()))
        bootstrap(environments.settings.model_copy(update=changed), workspace, "staging", services)
        objects = environments.clusters["staging"].objects.values()
        return {each["roleRef"]["name"]: each for each in objects if each["kind"].endswith("Binding")}

    return run


def names(binding: Manifest) -> list[tuple[str, str]]:
    """Return kind and name of each subject."""
    return [(subject["kind"], subject["name"]) for subject in binding["subjects"]]


def test_the_roles_are_bound_to_the_object_ids_of_the_settings(bindings: Bootstrap) -> None:
    """On AKS a managed identity is a user whose name is its object id."""
    found = bindings(deployers=(STAGING, "group:ops"), readers=(PRODUCTION,))
    account = ("ServiceAccount", "deployer")
    assert names(found["deployer"]) == [account, ("User", STAGING), ("Group", "ops")]
    assert names(found[READER]) == [account, ("User", STAGING), ("Group", "ops")]
    assert names(found["reader"]) == [("User", PRODUCTION)]
    assert {subject.get("apiGroup") for subject in found["reader"]["subjects"]} == {
        "rbac.authorization.k8s.io"
    }


def test_who_is_no_longer_named_loses_the_role(bindings: Bootstrap) -> None:
    """A second bootstrap replaces the subjects; the service account stays."""
    bindings(deployers=(STAGING,), readers=(PRODUCTION,))
    found = bindings()
    assert names(found["deployer"]) == [("ServiceAccount", "deployer")]
    assert names(found[READER]) == [("ServiceAccount", "deployer")]
    assert names(found["reader"]) == []


@pytest.mark.parametrize("name", ["", "a b", "system:authenticated", "group:system:masters", "group:"])
def test_a_name_that_is_everybody_is_refused(name: str) -> None:
    """All users of a cluster are in its own groups."""
    for key in ("deployers", "readers"):
        with pytest.raises(ValidationError, match="none of the cluster's own"):
            Environment.model_validate({"namespace": "n", "overlay": "o", "host": "h", key: [name]})


@dataclass
class ReadCluster(MemoryCluster):
    """A cluster that records what is read."""

    read: set[tuple[str, str]] = field(default_factory=set)

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object."""
        self.read.add(("get", f"{kind.lower()}s"))
        return super().get(kind, name, namespace)

    def list(self, kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:
        """Return objects."""
        self.read.add(("list", f"{kind.lower()}s"))
        return super().list(kind, namespace, labels, fields)


def test_the_role_reader_suffices_to_promote_from_here(
    environments: Environments, workspace: Workspace
) -> None:
    """What `promote` reads of the environment that it promotes from is in the Role; Secrets are not."""
    environments.clusters["staging"] = cluster = ReadCluster()
    cluster.apply({"kind": "Namespace", "metadata": {"name": "staging"}})
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"))
    cluster.read.clear()
    source = open_target(environments.settings, workspace, "staging", environments.services)
    require_not_taken_back(source, accepted_release(source).release)
    (role,) = [
        each for each in yaml.safe_load_all((BASE / "reader.yaml").read_text()) if each["kind"] == "Role"
    ]
    allowed = {
        (verb, resource) for rule in role["rules"] for resource in rule["resources"] for verb in rule["verbs"]
    }
    assert cluster.read <= allowed
    assert {verb for verb, _ in allowed} == {"get", "list"}
    assert "secrets" not in {resource for _, resource in allowed}
    assert ("list", "configmaps") in cluster.read
