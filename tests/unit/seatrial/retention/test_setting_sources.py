"""Whether a registry and the cluster with its releases are set together."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.retention.setting_sources import SettingSources, prune_objection
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace

TOML = """
[model]
name = "m"
[golden]
name = "g"
[image]
base = "b"
[registry]
repository = "classifier"
{registry}
[environments.staging]
namespace = "staging"
overlay = "o"
host = "h"
{staging}
[environments.production]
namespace = "production"
overlay = "o"
host = "h"
{production}
"""
LOCAL = """
[registry]
address = "local.test:5000"
[cluster]
kubeconfig = "kubeconfig"
context = "kind-dev"
"""
OWN = '[environments.production.registry]\naddress = "production.test"'
CONTEXT = 'context = "aks"'
ADDRESS = 'address = "registry.test"'


def checkout(root: Path, toml: str, local: str = "") -> Workspace:
    """Write the settings files of a checkout."""
    workspace = Workspace(root)
    (root / "seatrial.toml").write_text(toml)
    if local:
        workspace.directory.mkdir(parents=True)
        (workspace.directory / "local.toml").write_text(local)
    return workspace


def objections(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> tuple[Settings, dict[str, str]]:
    """Return the settings, and the objection to pruning each of their registries."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = load(workspace)
    sources = SettingSources(workspace, variables)
    found = [settings.registry, settings.registry_of("production")]
    return settings, {each.address: prune_objection(settings, each, sources) for each in found}


VARIABLES = {"SEATRIAL_REGISTRY__ADDRESS": "r.test", "SEATRIAL_CLUSTER__CONTEXT": "aks"}
TOGETHER = [
    ({}, LOCAL, {}),
    ({"registry": ADDRESS, "staging": CONTEXT, "production": CONTEXT}, "", {}),
    ({}, "", VARIABLES),
    ({}, LOCAL, VARIABLES),
    ({}, "", {**VARIABLES, "KUBECONFIG": "another"}),
    ({}, LOCAL, {"KUBECONFIG": "another"}),
    ({"registry": ADDRESS, "staging": CONTEXT, "production": CONTEXT}, "", {"KUBECONFIG": ""}),
    ({}, LOCAL, {"SEATRIAL_PRUNE__IMAGES": "3", "SEATRIAL_REGISTRY__INSECURE": "true"}),
]
APART = [
    ({}, LOCAL, {"SEATRIAL_REGISTRY__ADDRESS": "shared.test"}),
    ({}, LOCAL, {"seatrial_registry__address": "shared.test"}),
    ({}, LOCAL, {"SEATRIAL_REGISTRY": '{"address": "shared.test"}'}),
    ({}, LOCAL, {"SEATRIAL_REGISTRY__REPOSITORY": "another"}),
    ({}, LOCAL, {"SEATRIAL_CLUSTER__CONTEXT": "aks"}),
    ({}, LOCAL, {"SEATRIAL_CLUSTER__KUBECONFIG": "another"}),
    ({}, LOCAL, {"SEATRIAL_ENVIRONMENTS__STAGING__CONTEXT": "aks"}),
    ({}, LOCAL, {"SEATRIAL_ENVIRONMENTS__STAGING__NAMESPACE": "another"}),
    ({"registry": ADDRESS, "staging": CONTEXT, "production": CONTEXT}, "", {"KUBECONFIG": "another"}),
    ({"registry": ADDRESS}, '[cluster]\ncontext = "kind-dev"', {}),
    ({"staging": CONTEXT, "production": CONTEXT}, LOCAL, {}),
]


def write(root: Path, parts: dict[str, str], local: str) -> Workspace:
    """Write a checkout with these parts of seatrial.toml."""
    return checkout(root, TOML.format(**{"registry": "", "staging": "", "production": "", **parts}), local)


@pytest.mark.parametrize(("parts", "local", "variables"), TOGETHER)
def test_a_registry_that_is_set_with_its_cluster_may_be_pruned(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parts: dict[str, str],
    local: str,
    variables: dict[str, str],
) -> None:
    """Both come from one file or both from variables; other settings do not matter."""
    settings, found = objections(write(tmp_path, parts, local), monkeypatch, variables)
    assert settings.registry.address
    assert set(found.values()) == {""}


@pytest.mark.parametrize(("parts", "local", "variables"), APART)
def test_a_registry_that_is_set_apart_from_its_cluster_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parts: dict[str, str],
    local: str,
    variables: dict[str, str],
) -> None:
    """If one of the two is overridden alone, the releases in the registry are unknown."""
    settings, found = objections(write(tmp_path, parts, local), monkeypatch, variables)
    assert found[settings.registry.address].endswith("so its releases are unknown")


def test_the_registry_of_one_environment_is_compared_with_the_cluster_of_that_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only production has its own registry and context, both in seatrial.toml."""
    parts = {"registry": "", "staging": "", "production": f"{CONTEXT}\n{OWN}"}
    local = LOCAL.replace('kubeconfig = "kubeconfig"\n', "")
    _, found = objections(checkout(tmp_path, TOML.format(**parts), local), monkeypatch, {})
    assert found == {"local.test:5000": "", "production.test": ""}


def test_one_environment_with_another_source_is_enough_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The context of production is in seatrial.toml, but it uses the registry of local.toml."""
    parts = {"registry": "", "staging": "", "production": CONTEXT}
    _, found = objections(checkout(tmp_path, TOML.format(**parts), LOCAL), monkeypatch, {})
    assert found["local.test:5000"] == (
        "its address is from local.toml, but the cluster of production from seatrial.toml, "
        "so its releases are unknown"
    )


def test_the_variable_kubeconfig_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `cluster.kubeconfig` it selects the file, and so the cluster."""
    parts = {"registry": ADDRESS, "staging": CONTEXT, "production": CONTEXT}
    _, found = objections(write(tmp_path, parts, ""), monkeypatch, {"KUBECONFIG": "another"})
    assert found["registry.test"] == (
        "its address is from seatrial.toml, but the kubeconfig from environment variables (KUBECONFIG), "
        "so its releases are unknown"
    )


def test_a_registry_without_an_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every environment has another registry, so no record refers to this one."""
    own = OWN.replace("production.registry", "{}.registry")
    parts = {"registry": ADDRESS, "staging": own.format("staging"), "production": own.format("production")}
    _, found = objections(checkout(tmp_path, TOML.format(**parts)), monkeypatch, {})
    assert found["registry.test"].startswith("no configured environment uses it")
