"""An environment whose cluster has no namespace for it: whether its releases may be in another cluster."""

from __future__ import annotations

import pytest

from memory_environments import REGISTRY, Environments
from seatrial.kube.protocol import FORBIDDEN, ClusterError, Manifest, UnreachableError
from seatrial.retention.references import collect_references
from seatrial.retention.setting_sources import SettingSources
from seatrial.settings import ClusterSettings
from seatrial.workspace import Workspace

KUBECONTEXT = "SEATRIAL_CLUSTER__CONTEXT"
OWN = "SEATRIAL_ENVIRONMENTS__PRODUCTION__CONTEXT"
ELSEWHERE = (
    "cluster aks has no namespace production, and without environments.production.context its releases may "
    "be in another cluster"
)
LOCAL = f"""
[registry]
address = "{REGISTRY}"
[cluster]
kubeconfig = "kubeconfig"
context = "aks"
"""


@pytest.fixture
def shared(environments: Environments) -> Environments:
    """Environments without a context of their own; only staging has a namespace in the cluster."""
    settings = environments.settings
    for name, environment in settings.environments.items():
        settings.environments[name] = environment.model_copy(update={"context": ""})
    cluster = ClusterSettings(context="aks")
    environments.settings = settings.model_copy(update={"cluster": cluster})
    environments.clusters = {"aks": environments.clusters["staging"]}
    return environments


def unreachable(
    environments: Environments, workspace: Workspace, variables: tuple[str, ...] = (), local: str = ""
) -> dict[str, str]:
    """Return the unreachable environments, given the names of variables and the text of local.toml."""
    if local:
        workspace.directory.mkdir(parents=True)
        (workspace.directory / "local.toml").write_text(local)
    sources = SettingSources(workspace, dict.fromkeys(variables, "aks"))
    return collect_references(environments.settings, workspace, environments.services, sources).unreachable


def test_with_a_common_context_its_releases_may_be_elsewhere(
    shared: Environments, workspace: Workspace
) -> None:
    """KUBECONTEXT= may differ from run to run, so another cluster may have the environment."""
    assert unreachable(shared, workspace, (KUBECONTEXT,)) == {"production": ELSEWHERE}


def test_with_a_context_of_its_own_it_has_no_releases(shared: Environments, workspace: Workspace) -> None:
    """KUBECONTEXT= does not override that context."""
    production = shared.settings.environment("production")
    shared.settings.environments["production"] = production.model_copy(update={"context": "aks"})
    assert unreachable(shared, workspace, (KUBECONTEXT, OWN)) == {}


def test_in_the_local_cloud_it_has_no_releases(shared: Environments, workspace: Workspace) -> None:
    """No other cluster uses the local registry; local.toml sets registry and cluster."""
    assert unreachable(shared, workspace, local=LOCAL) == {}


@pytest.mark.parametrize(
    "variable", ["SEATRIAL_REGISTRY__ADDRESS", KUBECONTEXT, "SEATRIAL_CLUSTER__KUBECONFIG"]
)
def test_an_override_of_the_local_cloud_may_have_them_elsewhere(
    shared: Environments, workspace: Workspace, variable: str
) -> None:
    """The registry or the cluster is then not that of the local cloud."""
    assert unreachable(shared, workspace, (variable,), LOCAL) == {"production": ELSEWHERE}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            UnreachableError("cluster aks does not respond"),
            "cluster aks does not respond",
        ),
        (ClusterError("cluster aks refused the request (401)", 401), "cluster aks refused the request (401)"),
        (ClusterError("forbidden", FORBIDDEN), ""),
    ],
    ids=repr,
)
def test_an_error_of_the_cluster_is_the_reason(
    shared: Environments,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    expected: str,
) -> None:
    """A deployer may not read namespaces; that request succeeds only for an administrator."""

    def get(kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        raise error

    monkeypatch.setattr(shared.clusters["aks"], "get", get)
    assert unreachable(shared, workspace) == (
        {"staging": expected, "production": expected} if expected else {}
    )
