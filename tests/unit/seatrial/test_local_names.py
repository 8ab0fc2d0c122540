"""A checkout whose seatrial.toml names Azure, with and without a local cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.settings import Dns, load
from seatrial.workspace import Workspace
from unit.seatrial.settings_texts import STAGING, checkout_with_local_cloud

AZURE = "staging-1a2b3c.westeurope.cloudapp.azure.com"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout with a local cloud."""
    return checkout_with_local_cloud(tmp_path)


def name_azure(workspace: Workspace, more: str = "") -> None:
    """Write what `make infra-outputs` writes: store, registry and context of all, the host of staging."""
    parts = '[store]\nurl = "az://a/b"\n[registry]\naddress = "a.azurecr.io"\n[cluster]\ncontext = "aks"\n'
    staging = STAGING.replace("staging.seatrial.test", AZURE)
    (workspace.root / "seatrial.toml").write_text(f"{parts}{staging}{more}")


def test_a_local_cloud_replaces_all_that_seatrial_toml_has_of_azure(workspace: Workspace) -> None:
    """`make up` and the tests never reach Azure, in a checkout that names it; another instance does."""
    name_azure(workspace)
    local, azure = load(workspace), load(Workspace(workspace.root, "azure"))
    assert (local.store.url, local.registry.address) == ("az://seatrial/models", "127.64.0.250:5000")
    assert local.cluster_of("staging").context == "kind-dev"
    assert local.environment("staging").host == "staging.seatrial.test"
    assert local.dns_of("staging").server == "127.64.0.253"
    assert (azure.store.url, azure.registry.address) == ("az://a/b", "a.azurecr.io")
    assert azure.cluster_of("staging").context == "aks"
    assert azure.environment("staging").host == AZURE
    assert azure.dns_of("staging") == Dns()


@pytest.mark.parametrize("more", ['context = "aks"\n', 'address = "host"\n'])
def test_an_environment_that_is_elsewhere_keeps_its_host(workspace: Workspace, more: str) -> None:
    """By a context of its own, or because its requests go to a gateway."""
    name_azure(workspace, more)
    assert load(workspace).environment("staging").host == AZURE


@pytest.mark.parametrize("name", ["CLUSTER__CONTEXT", "ENVIRONMENTS__STAGING__CONTEXT"])
def test_a_variable_that_moves_the_cluster_keeps_the_host(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """KUBECONTEXT= beside a local cloud reaches the host that seatrial.toml names."""
    name_azure(workspace)
    monkeypatch.setenv(f"SEATRIAL_{name}", "aks")
    assert load(workspace).environment("staging").host == AZURE


def test_host_replaces_the_local_name(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable counts more than either file."""
    name_azure(workspace)
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__HOST", "a.example.com")
    assert load(workspace).environment("staging").host == "a.example.com"
