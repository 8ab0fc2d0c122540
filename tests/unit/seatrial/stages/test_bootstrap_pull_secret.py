"""The pull secret of the stage bootstrap: it has a login that was tried, or there is none."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memory_cluster import MemoryCluster
from memory_environments import Environments
from rights_registry import PULL, PUSH, RightsRegistry, serving_registry, write_login
from seatrial.errors import OutsideError, RefusedError, SeatrialError
from seatrial.kube.labels import MANAGED, MANAGER, PULL_SECRET
from seatrial.kube.protocol import Manifest
from seatrial.settings import Registry
from seatrial.stages.bootstrap import bootstrap
from seatrial.workspace import Workspace

NAMESPACE: Manifest = {"kind": "Namespace", "metadata": {"name": "staging", "uid": "1"}}
ADMINISTRATOR, NODES = "administrator:push-word", "nodes:pull-word"
OLD_SECRET: Manifest = {
    "kind": "Secret",
    "metadata": {"name": PULL_SECRET, "namespace": "staging", "labels": {MANAGED: MANAGER}},
}
Bootstrap = Callable[..., None]


@pytest.fixture
def registry() -> Iterator[RightsRegistry]:
    """A registry with the administrator, who may push, and a login for nodes."""
    with serving_registry(RightsRegistry({ADMINISTRATOR: {PULL, PUSH}, NODES: {PULL}})) as found:
        yield found


@pytest.fixture
def cluster(environments: Environments) -> MemoryCluster:
    """The cluster of `staging`, to which nothing was applied."""
    environments.clusters["staging"] = found = MemoryCluster()
    return found


@pytest.fixture
def prepare(
    environments: Environments, workspace: Workspace, registry: RightsRegistry, tmp_path: Path
) -> Bootstrap:
    """Bootstrap `staging` as the administrator, with this login for nodes, or none."""
    own = str(write_login(tmp_path / "own", registry.address, ADMINISTRATOR))
    services = replace(environments.services, kustomize=lambda _: [NAMESPACE])

    def run(login: str = "", **changes: Any) -> None:
        pull = str(write_login(tmp_path / "pull", registry.address, login)) if login else ""
        values = {"insecure": True, "config_dir": own, "pull_config_dir": pull, **changes}
        section = Registry(address=registry.address, **values)
        settings = environments.settings.model_copy(update={"registry": section})
        bootstrap(settings, workspace, "staging", services)

    return run


def test_the_secret_has_the_login_of_the_nodes(
    cluster: MemoryCluster, prepare: Bootstrap, registry: RightsRegistry
) -> None:
    """The pull secret has exactly that login, for the address in the images' names; again is the same."""
    for _ in range(2):
        prepare(NODES)
        data = cluster.objects[("Secret", PULL_SECRET)]["data"][".dockerconfigjson"]
        auth = base64.b64encode(NODES.encode()).decode()
        assert json.loads(base64.b64decode(data)) == {"auths": {registry.address: {"auth": auth}}}


@pytest.mark.parametrize("login", ["", NODES])
def test_the_administrators_login_is_in_no_object(
    cluster: MemoryCluster, prepare: Bootstrap, login: str
) -> None:
    """With and without a login for nodes, the cluster never gets the one that can push."""
    prepare(login)
    written = json.dumps(list(cluster.objects.values()))
    word = ADMINISTRATOR.partition(":")[2]
    encoded = base64.b64encode(ADMINISTRATOR.encode()).decode()
    secrets = [each for (kind, _), each in cluster.objects.items() if kind == "Secret"]
    read = "".join(base64.b64decode(value).decode() for each in secrets for value in each["data"].values())
    assert word not in written + read
    assert encoded not in written + read


def test_a_login_that_can_push_changes_nothing(
    cluster: MemoryCluster, prepare: Bootstrap, registry: RightsRegistry
) -> None:
    """It is refused (10) before the namespace is created, and the registry has no upload of it."""
    with pytest.raises(RefusedError, match="can push") as refused:
        prepare(ADMINISTRATOR)
    assert refused.value.exit_code == 10
    assert not cluster.objects
    assert not registry.open_uploads


@pytest.mark.parametrize(
    ("login", "changes", "error"),
    [
        ("nodes:wrong", {}, RefusedError),
        (NODES, {"pull_address": "127.0.0.1:9"}, OutsideError),
        ("", {"pull_config_dir": "/nowhere"}, SeatrialError),
    ],
    ids=["cannot-pull", "unreachable", "no-login"],
)
def test_a_login_that_cannot_be_used_changes_nothing(
    cluster: MemoryCluster,
    prepare: Bootstrap,
    login: str,
    changes: dict[str, str],
    error: type[SeatrialError],
) -> None:
    """A login that does not work is found here, and not by a release whose image is not pulled."""
    with pytest.raises(error):
        prepare(login, **changes)
    assert not cluster.objects


def test_nodes_with_an_identity_need_no_secret(
    cluster: MemoryCluster, prepare: Bootstrap, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the setting there is no secret, although the administrator has a login; a line reports it."""
    prepare()
    assert ("Secret", PULL_SECRET) not in cluster.objects
    assert "the nodes of staging need their own access" in capsys.readouterr().err


def test_the_secret_of_an_older_version_is_replaced(cluster: MemoryCluster, prepare: Bootstrap) -> None:
    """The administrator's login that an older version wrote is gone."""
    cluster.apply({**OLD_SECRET, "data": {".dockerconfigjson": base64.b64encode(b"old").decode()}})
    prepare(NODES)
    data = cluster.objects[("Secret", PULL_SECRET)]["data"][".dockerconfigjson"]
    assert base64.b64decode(data) != b"old"


def test_the_secret_of_an_older_version_does_not_stay(cluster: MemoryCluster, prepare: Bootstrap) -> None:
    """Without the setting it is refused, because it may have a login that can push."""
    cluster.apply(OLD_SECRET)
    with pytest.raises(RefusedError, match=r"staging has a pull secret, but registry\.pull_config_dir") as no:
        prepare()
    assert "make cloud" in no.value.hint
    assert f"kubectl --context memory -n staging delete secret {PULL_SECRET}" in no.value.hint
    assert list(cluster.objects) == [("Secret", PULL_SECRET)]


def test_a_secret_that_others_manage_is_not_refused(cluster: MemoryCluster, prepare: Bootstrap) -> None:
    """A secret without the label of bootstrap belongs to somebody else."""
    cluster.apply({"kind": "Secret", "metadata": {"name": PULL_SECRET, "namespace": "staging"}})
    prepare()
    assert ("Namespace", "staging") in cluster.objects
