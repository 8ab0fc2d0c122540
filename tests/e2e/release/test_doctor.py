"""`make doctor ENV=` on a cluster: each row is red for its own reason, and only that row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.deployer_account import DeployerAccount, deployer_account
from e2e.release.temporary_environment import create_environment, remove_environment
from seatrial.doctor.finding import Finding
from seatrial.kube.labels import LIVE
from seatrial.kube.protocol import Manifest
from seatrial.release.target import Target
from seatrial.results import PushResult
from seatrial.settings import load
from seatrial.system import SERVICES
from seatrial.wait import until
from seatrial.workspace import Workspace

pytestmark = pytest.mark.long
NAME = "doctored"
PREFIX = f"SEATRIAL_ENVIRONMENTS__{NAME.upper()}__"
Rows = dict[str, Finding]


@pytest.fixture(scope="module")
def doctored(workspace: Workspace, environment: ReleaseEnvironment) -> Iterator[ReleaseEnvironment]:
    """An environment of these tests without a release."""
    created = create_environment(workspace, NAME, {})
    yield created
    remove_environment(created)


@pytest.fixture(scope="module")
def deployer(doctored: ReleaseEnvironment, tmp_path_factory: pytest.TempPathFactory) -> DeployerAccount:
    """The deployer's account of that environment, by token."""
    return deployer_account(doctored.target, tmp_path_factory.mktemp("deployer"))


@pytest.fixture
def rows(
    doctored: ReleaseEnvironment, deployer: DeployerAccount, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Rows]:
    """A function that returns the rows of `make doctor ENV=`, as the deployer sees them."""
    monkeypatch.setenv("SEATRIAL_CLUSTER__KUBECONFIG", str(deployer.kubeconfig))

    return lambda: rows_of(doctored)


def rows_of(environment: ReleaseEnvironment) -> Rows:
    """Return the rows of `make doctor ENV=` by name."""
    _, output = environment.run("doctor", "--json")
    rows = [Finding(*row.values()) for row in json.loads(output[output.index("[\n") :])]
    return {row.what: row for row in rows}


def missing(rows: Rows) -> Rows:
    """Return the red rows, without those about this machine."""
    machine = {"ports", "memory", "disk, engine", "disk, cache"}
    return {what: row for what, row in rows.items() if row.state == "missing" and what not in machine}


def service(**spec: Any) -> Manifest:
    """Return a live Service."""
    ports = [{"port": 80, "targetPort": 8080}]
    body = {"type": "LoadBalancer", "selector": {"app": "none"}, "ports": ports, **spec}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": LIVE, "namespace": NAME},
        "spec": body,
    }


def test_before_the_first_release_nothing_is_red(rows: Callable[[], Rows]) -> None:
    """The deployer's token has every right; what only a release can show is `later`."""
    found = rows()
    assert missing(found) == {}
    assert found[f"cluster, {NAME}"].state == "ok"
    assert {found[what].state for what in ("nodes, pull", f"address, {NAME}", "host")} == {"later"}


def test_after_a_release_the_pulls_of_the_nodes_are_seen(workspace: Workspace) -> None:
    """A pod of the pipeline's release shows that the nodes can pull."""
    staging = ReleaseEnvironment(Target(load(workspace), workspace, "staging", SERVICES))
    assert rows_of(staging)["nodes, pull"].state == "ok"


def test_a_verb_that_the_role_lacks_is_named(doctored: ReleaseEnvironment, rows: Callable[[], Rows]) -> None:
    """One line has the verbs that were taken away, and the administrator's command."""
    cluster = doctored.target.cluster
    role = next(each for each in doctored.target.renderer.namespace() if each["kind"] == "Role")
    rules = [
        {**rule, "verbs": [verb for verb in rule["verbs"] if verb != "patch"]}
        if "deployments" in rule["resources"]
        else rule
        for rule in role["rules"]
        if "pods/portforward" not in rule["resources"]
    ]
    cluster.apply({**role, "rules": rules})
    found = missing(rows())
    cluster.apply(role)
    assert list(found) == [f"cluster, {NAME}"]
    detail = found[f"cluster, {NAME}"].detail
    assert "patch deployments.apps" in detail
    assert "create pods/portforward" in detail
    assert "make bootstrap" in found[f"cluster, {NAME}"].fix


def test_credentials_that_the_cluster_does_not_accept(
    rows: Callable[[], Rows], deployer: DeployerAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An expired token is not a lack of rights."""
    other = tmp_path / "kubeconfig"
    other.write_text(deployer.kubeconfig.read_text().replace(deployer.api.token, "expired"))
    monkeypatch.setenv("SEATRIAL_CLUSTER__KUBECONFIG", str(other))
    found = missing(rows())
    assert list(found) == [f"cluster, {NAME}"]
    assert "401" in found[f"cluster, {NAME}"].detail
    assert "sign in again" in found[f"cluster, {NAME}"].fix


def test_a_login_that_may_not_push(
    doctored: ReleaseEnvironment, rows: Callable[[], Rows], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry from which the nodes pull accepts no push."""
    registry = doctored.target.settings.registry
    monkeypatch.setenv("SEATRIAL_REGISTRY__ADDRESS", registry.pull_address)
    monkeypatch.setenv("SEATRIAL_REGISTRY__INSECURE", "true")
    logins = json.loads((Path(registry.pull_config_dir) / "config.json").read_text())["auths"]
    (tmp_path / "config.json").touch(mode=0o600)
    (tmp_path / "config.json").write_text(
        json.dumps({"auths": {registry.pull_address: logins[registry.address]}})
    )
    monkeypatch.setenv("SEATRIAL_REGISTRY__CONFIG_DIR", str(tmp_path))
    found = rows()
    assert list(missing(found)) == ["registry, push"], missing(found)


def test_a_host_that_does_not_resolve(
    doctored: ReleaseEnvironment, rows: Callable[[], Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the Service has an address, its name is expected to exist."""
    monkeypatch.setenv(f"{PREFIX}HOST", "nowhere.seatrial.test")
    doctored.target.cluster.apply(service())
    until("an address", lambda: (rows()[f"address, {NAME}"].state == "ok") or None, 60)
    found = missing(rows())
    doctored.target.cluster.delete("Service", LIVE, NAME)
    assert list(found) == ["host"]
    assert "make a DNS record" in found["host"].fix


def test_a_load_balancer_that_gives_no_address(
    doctored: ReleaseEnvironment, rows: Callable[[], Rows]
) -> None:
    """No controller has the class of this Service; the command that shows its events can be typed."""
    doctored.target.cluster.apply(service(loadBalancerClass="seatrial.test/none"))
    found = missing(rows())
    doctored.target.cluster.delete("Service", LIVE, NAME)
    assert list(found) == [f"address, {NAME}"]
    assert "has no address" in found[f"address, {NAME}"].detail
    assert f"-n {NAME} describe service {LIVE}" in found[f"address, {NAME}"].fix


def test_nodes_that_may_not_pull(
    doctored: ReleaseEnvironment, rows: Callable[[], Rows], workspace: Workspace
) -> None:
    """A pod that waits for its image has the reason of the registry."""
    cluster, image = doctored.target.cluster, str(workspace.read_result(PushResult, current=False).reference)
    cluster.create(pod(image))
    try:
        until("the refusal", lambda: (rows()["nodes, pull"].state == "missing") or None, 60)
        found = missing(rows())
    finally:
        cluster.delete("Pod", "without-login", NAME)
    assert list(found) == ["nodes, pull"]
    assert "make bootstrap" in found["nodes, pull"].fix


def pod(image: str) -> Manifest:
    """Return a pod without a login that asks the registry for its image even if the node has it."""
    restricted = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    security = {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
    container = {"name": "app", "image": image, "imagePullPolicy": "Always", "securityContext": restricted}
    spec = {"containers": [container], "securityContext": security, "automountServiceAccountToken": False}
    metadata = {"name": "without-login", "namespace": NAME}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
