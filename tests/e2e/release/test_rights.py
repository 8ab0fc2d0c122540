"""What the deployer's account may do: a release, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e.release.conftest import Trial
from e2e.release.deployer import Deployer, impersonate
from e2e.release.environments import environment, remove
from e2e.release.images import Images
from seatrial.workspace import Workspace

NAME = "rights"
# Every verb that a release needs, and the Role gives: nothing of one is missing in the other.
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
    "/events": "get list",
}
BEYOND = {
    "/secrets": "get list watch create update patch delete",
    "/serviceaccounts": "get list create update patch delete",
    "/serviceaccounts/token": "create",
    "rbac.authorization.k8s.io/roles": "get list create update patch delete bind escalate",
    "rbac.authorization.k8s.io/rolebindings": "get list create update patch delete",
    "networking.k8s.io/networkpolicies": "create update patch delete",
    "/pods": "create update patch delete",
    "/pods/exec": "create get",
    "/pods/attach": "create get",
    "/pods/portforward": "create get",
    "/pods/ephemeralcontainers": "patch update",
    "/namespaces": "create update patch delete",
    "/nodes": "create update patch delete",
    "/nodes/proxy": "get create",
    "batch/jobs": "create",
}


@pytest.fixture(scope="module")
def rights(workspace: Workspace, trial: Trial) -> Iterator[Trial]:
    """An environment of this test's own, bootstrapped by its administrator."""
    made = environment(workspace, NAME, {"REPLICAS": "1", "MAX_REPLICAS": "1", "BAKE_SECONDS": "3"})
    yield made
    remove(made)


@pytest.fixture(scope="module")
def deployer(rights: Trial, tmp_path_factory: pytest.TempPathFactory) -> Deployer:
    """Its deployer, by token."""
    return impersonate(rights.target, tmp_path_factory.mktemp("deployer"))


def _each(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(verb, resource) for resource, verbs in table.items() for verb in verbs.split()]


def test_every_verb_of_a_release_is_allowed(deployer: Deployer) -> None:
    """In its own namespace the deployer may do all that a release does."""
    refused = [each for each in _each(NEEDED) if not deployer.api.may(*each, NAME, _named(each))]
    assert refused == []


def test_nothing_beyond_a_release_is_allowed(deployer: Deployer) -> None:
    """In its own namespace the deployer may not read Secrets, change rights or policies, or enter a pod."""
    allowed = [each for each in _each(BEYOND) if deployer.api.may(*each, NAME, _named(each))]
    assert allowed == []


@pytest.mark.parametrize("namespace", ["trial", "kube-system", "default", ""])
def test_no_other_namespace_is_his(deployer: Deployer, namespace: str) -> None:
    """What he may do at home he may nowhere else; an empty namespace asks for all of them."""
    name = namespace or "any"
    allowed = [(v, r) for v, r in _each(NEEDED) if deployer.api.may(v, r, namespace, name)]
    assert allowed == []


def test_the_role_gives_no_more_than_the_table(rights: Trial) -> None:
    """The Role is the table of what a release needs, verb by verb."""
    role = next(each for each in rights.target.renderer.namespace() if each["kind"] == "Role")
    given = {
        (verb, f"{group}/{resource}")
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert given == set(_each(NEEDED))


@pytest.mark.parametrize(
    ("verb", "path", "body"),
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
def test_what_is_not_allowed_is_refused_in_earnest(
    deployer: Deployer, verb: str, path: str, body: str | None
) -> None:
    """The cluster itself turns the deployer away where he reaches beyond a release."""
    status, said = deployer.api.ask(verb, path, _cluster_admin() if body else None)
    assert status == 403, said.get("message", "it was let in")
    assert f"system:serviceaccount:{NAME}:deployer" in said["message"]


@pytest.mark.long
def test_releases_need_no_other_account(
    rights: Trial, deployer: Deployer, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release, and the undoing of one that crashes, are done with the deployer's token alone."""
    monkeypatch.setenv("SEATRIAL_CLUSTER__KUBECONFIG", str(deployer.kubeconfig))
    assert "client-key-data" not in deployer.kubeconfig.read_text()
    image = images.honest("by-token")
    code, output = rights.release(image)
    assert code == 0, output
    assert rights.stable().reference == image
    code, output = rights.run("deploy", "--image", images.crashing())
    assert code == 10, output
    assert "no luck today" in output
    assert (rights.last().state, rights.pods()) == ("refused", {rights.stable().release: 1})


def _named(each: tuple[str, str]) -> str:
    # Of namespaces one is asked for by its name.
    return NAME if each == ("get", "/namespaces") else ""


def _cluster_admin() -> dict[str, object]:
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "more"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "deployer"}],
    }
