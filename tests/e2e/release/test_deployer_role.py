"""The permissions of the deployer's service account: a release, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.deployer_account import DeployerAccount, deployer_account
from e2e.release.images import ImageFactory
from e2e.release.temporary_environment import create_environment, remove_environment
from seatrial.workspace import Workspace

NAME = "rights"
# The verbs that a release needs. The Role must grant exactly these.
NEEDED = {
    "/namespaces": "get",
    "apps/deployments": "get list create patch delete",
    "/services": "get list create patch delete",
    "policy/poddisruptionbudgets": "get list create patch delete",
    "autoscaling/horizontalpodautoscalers": "get list create patch delete",
    "/configmaps": "get list create update delete",
    "coordination.k8s.io/leases": "get create update",
    "/pods": "get list",
    "/pods/log": "get",
    "/pods/portforward": "get create",
    "/events": "get list",
}
DENIED = {
    "/secrets": "get list watch create update patch delete",
    "/serviceaccounts": "get list create update patch delete",
    "/serviceaccounts/token": "create",
    "rbac.authorization.k8s.io/roles": "get list create update patch delete bind escalate",
    "rbac.authorization.k8s.io/rolebindings": "get list create update patch delete",
    "networking.k8s.io/networkpolicies": "create update patch delete",
    "/pods": "create update patch delete",
    "/pods/exec": "create get",
    "/pods/attach": "create get",
    "/pods/ephemeralcontainers": "patch update",
    "/namespaces": "create update patch delete",
    "/nodes": "create update patch delete",
    "/nodes/proxy": "get create",
    "batch/jobs": "create",
}


@pytest.fixture(scope="module")
def restricted(workspace: Workspace, environment: ReleaseEnvironment) -> Iterator[ReleaseEnvironment]:
    """An environment of these tests, bootstrapped by the administrator."""
    settings = {"REPLICAS": "1", "MAX_REPLICAS": "1", "BAKE_SECONDS": "3"}
    created = create_environment(workspace, NAME, settings)
    yield created
    remove_environment(created)


@pytest.fixture(scope="module")
def deployer(restricted: ReleaseEnvironment, tmp_path_factory: pytest.TempPathFactory) -> DeployerAccount:
    """The deployer's account of that environment, by token."""
    return deployer_account(restricted.target, tmp_path_factory.mktemp("deployer"))


def _pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(verb, resource) for resource, verbs in table.items() for verb in verbs.split()]


def test_every_verb_of_a_release_is_allowed(deployer: DeployerAccount) -> None:
    """In its own namespace the deployer is allowed every verb that a release needs."""
    refused = [pair for pair in _pairs(NEEDED) if not deployer.api.allows(*pair, NAME, _object_name(pair))]
    assert refused == []


def test_no_verb_beyond_a_release_is_allowed(deployer: DeployerAccount) -> None:
    """In its own namespace the deployer may not read Secrets, change roles or policies, or exec into pods."""
    allowed = [pair for pair in _pairs(DENIED) if deployer.api.allows(*pair, NAME, _object_name(pair))]
    assert allowed == []


@pytest.mark.parametrize("namespace", ["trial", "kube-system", "default", ""])
def test_no_verb_is_allowed_in_another_namespace(deployer: DeployerAccount, namespace: str) -> None:
    """In other namespaces the deployer is allowed nothing; an empty namespace means all of them."""
    name = namespace or "any"
    allowed = [(v, r) for v, r in _pairs(NEEDED) if deployer.api.allows(v, r, namespace, name)]
    assert allowed == []


def test_the_role_grants_exactly_what_a_release_needs(restricted: ReleaseEnvironment) -> None:
    """The Role grants the verbs of the table and no others."""
    role = next(each for each in restricted.target.renderer.namespace() if each["kind"] == "Role")
    granted = {
        (verb, f"{group}/{resource}")
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted == set(_pairs(NEEDED))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/api/v1/namespaces/{NAME}/secrets/registry", None),
        ("GET", "/api/v1/namespaces/kube-system/pods", None),
        ("GET", "/api/v1/namespaces/trial/configmaps", None),
        ("POST", f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAME}/rolebindings", "rolebinding"),
        ("DELETE", f"/apis/networking.k8s.io/v1/namespaces/{NAME}/networkpolicies/nothing", None),
        ("DELETE", "/api/v1/nodes/any", None),
        ("POST", f"/api/v1/namespaces/{NAME}/pods/any/exec?command=id&stdout=true", None),
        ("POST", f"/api/v1/namespaces/{NAME}/serviceaccounts/classifier/token", None),
    ],
)
def test_a_request_beyond_a_release_is_forbidden(
    deployer: DeployerAccount, method: str, path: str, body: str | None
) -> None:
    """The API server responds 403 to the deployer's requests beyond a release."""
    status, response = deployer.api.request(method, path, _cluster_admin_binding() if body else None)
    assert status == 403, response.get("message", "the request was allowed")
    assert f"system:serviceaccount:{NAME}:deployer" in response["message"]


@pytest.mark.long
def test_a_release_needs_only_the_deployer_account(
    restricted: ReleaseEnvironment,
    deployer: DeployerAccount,
    images: ImageFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The deployer's token is enough for a release, and for the removal of one that crashes."""
    monkeypatch.setenv("SEATRIAL_CLUSTER__KUBECONFIG", str(deployer.kubeconfig))
    assert "client-key-data" not in deployer.kubeconfig.read_text()
    image = images.working("by-token")
    code, output = restricted.release(image)
    assert code == 0, output
    assert str(restricted.stable().reference) == image
    code, output = restricted.deploy(images.crashing())
    assert code == 10, output
    assert "crash on purpose" in output
    assert (restricted.last().state, restricted.pods()) == ("refused", {restricted.stable().release: 1})


def _object_name(pair: tuple[str, str]) -> str:
    # The Role allows `get` of one namespace by its name.
    return NAME if pair == ("get", "/namespaces") else ""


def _cluster_admin_binding() -> dict[str, object]:
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "more"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "deployer"}],
    }
