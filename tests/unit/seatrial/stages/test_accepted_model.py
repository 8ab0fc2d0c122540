"""What the commands that change releases leave in the store, in an environment that serves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripted_services import FAILED
from seatrial.errors import OutsideError, RollbackFailedError, RolledBackError
from seatrial.kube.lease_object import holder_of
from seatrial.model.validation.accepted_model import accepted_key
from seatrial.release.services import Services
from seatrial.settings import Store
from seatrial.stages.accept import accept
from seatrial.stages.deploy import deploy
from seatrial.stages.resume import resume
from seatrial.stages.rollback import rollback
from seatrial.stages.settle import settle
from seatrial.stores.protocol import BlobStore, StoreAccessError
from virtual_environment import VirtualEnvironment

LOCAL = Path(accepted_key("local"))


def stored(store: Path) -> dict[str, Any]:
    """Return the document of the environment, or an empty one."""
    path = store / LOCAL
    return json.loads(path.read_text()) if path.exists() else {"release": ""}


def released(virtual: VirtualEnvironment, letter: str, services: Services | None = None) -> None:
    """Deploy and accept an image."""
    given = services or virtual.services
    deploy(virtual.settings, virtual.workspace, "local", virtual.image(letter), services=given)
    accept(virtual.settings, virtual.workspace, "local", given)


def test_accept_and_rollback_write_what_is_stable(virtual: VirtualEnvironment, store: Path) -> None:
    """The document follows the stable release, forwards and back; a pending one is not in it."""
    released(virtual, "a")
    assert stored(store)["release"] == "local-1"
    virtual.deploy(virtual.image("b"))
    assert stored(store)["release"] == "local-1"
    virtual.accept()
    assert (stored(store)["release"], stored(store)["image"]) == ("local-2", f"sha256:{'b' * 64}")
    virtual.rollback()
    assert (stored(store)["release"], stored(store)["number"]) == ("local-1", 1)


def test_a_release_that_fails_leaves_the_accepted_one(virtual: VirtualEnvironment, store: Path) -> None:
    """`accept` that switches back ends 20, and the store still has the release before it."""
    released(virtual, "a")
    (store / LOCAL).unlink()
    virtual.deploy(virtual.image("b"))
    virtual.runner.report = lambda _: FAILED
    with pytest.raises(RolledBackError):
        virtual.accept()
    assert stored(store)["release"] == "local-1"


def test_a_rollback_that_fails_leaves_the_accepted_one(virtual: VirtualEnvironment, store: Path) -> None:
    """It ends 21, because the stable release cannot be started; the store has what is stable all the same."""
    released(virtual, "a")
    virtual.deploy(virtual.image("b"))
    (store / LOCAL).unlink()
    virtual.runner.report = lambda _: FAILED
    virtual.cluster.ready = lambda _: False
    virtual.cluster.delete("Deployment", "classifier-blue", "local")
    with pytest.raises(RollbackFailedError):
        accept(virtual.settings, virtual.workspace, "local", virtual.services)
    assert stored(store)["release"] == "local-1"


def test_a_cluster_that_does_not_answer_is_asked_once(
    virtual: VirtualEnvironment, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that ends 30 for that reason does not wait for the cluster again."""
    released(virtual, "a")
    virtual.deploy(virtual.image("b"))
    patience: list[float] = []

    def unreachable(*given: Any) -> Any:
        patience.append(given[3])
        return virtual.cluster

    services = replace(virtual.services, connect=unreachable)

    def fails(*_: object) -> Any:
        raise OutsideError("the cluster does not respond")

    monkeypatch.setattr("seatrial.stages.accept.judge", fails)
    with pytest.raises(OutsideError):
        accept(virtual.settings, virtual.workspace, "local", services)
    assert patience[-1] == 0


def test_the_next_command_writes_what_could_not_be_written(virtual: VirtualEnvironment, store: Path) -> None:
    """A store that refuses the write changes no result; `settle`, `resume` and others repair the document."""

    def refused(_: Store) -> BlobStore:
        raise StoreAccessError("the store refuses access")

    released(virtual, "a", replace(virtual.services, open_store=refused))
    assert virtual.states == {"local-1": "stable"}
    assert stored(store)["release"] == ""
    for repair in (settle, resume):
        repair(virtual.settings, virtual.workspace, "local", virtual.services)
        assert stored(store)["release"] == "local-1"
        (store / LOCAL).unlink()


def test_no_rollback_waits_for_the_store(virtual: VirtualEnvironment) -> None:
    """Users are back and the Lease is free before the store is asked."""
    released(virtual, "a")
    released(virtual, "b")
    seen: list[tuple[str, str]] = []

    def observed(_: Store) -> BlobStore:
        lease = virtual.cluster.objects["Lease", "seatrial"]
        seen.append((virtual.live, holder_of(lease)))
        raise StoreAccessError("the store refuses access")

    services = replace(virtual.services, open_store=observed)
    done = rollback(virtual.settings, virtual.workspace, "local", services)
    assert done.release == "local-1"
    assert seen == [("local-1", "")]
