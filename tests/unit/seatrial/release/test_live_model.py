"""The live models: of the base commit, from the records of all environments, or from the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from accepted_documents import store_accepted
from memory_environments import MODEL, Environments, digest
from samples import commit_all, lock_to
from seatrial.model.validation.accepted_model import accepted_key
from seatrial.model.validation.live import BASE, LiveModel, LiveModels
from seatrial.release.live_model import live_models
from seatrial.results import Artefact
from seatrial.workspace import Workspace

NEWER = Artefact(name="colours", version="2.0.0", digest=digest("1"))
OTHER = Artefact(name="colours", version="3.0.0", digest=digest("2"))


def found(environments: Environments, workspace: Workspace) -> LiveModels:
    """Return the live models."""
    return live_models(environments.settings, workspace, environments.services)


def disconnect(environments: Environments) -> None:
    """Let no environment have a cluster, as in a job that builds."""
    for name, environment in environments.settings.environments.items():
        environments.settings.environments[name] = environment.model_copy(update={"context": ""})
    environments.clusters.clear()


def test_they_are_those_of_the_stable_releases(environments: Environments, workspace: Workspace) -> None:
    """Every environment counts, not only the one that accepted last; pending releases do not."""
    environments.release("production", 1, "a", "pending", "stable")
    environments.release("staging", 1, "b", "pending", "stable", model=NEWER)
    environments.release("staging", 2, "c", "pending", model=OTHER)
    live = found(environments, workspace)
    assert live == LiveModels((LiveModel(NEWER, ("staging",)), LiveModel(MODEL, ("production",))))


def test_a_model_is_listed_once(environments: Environments, workspace: Workspace) -> None:
    """A model that several have is compared with once, and all of them are named."""
    lock_to(workspace, MODEL, NEWER)
    commit_all(workspace)
    for name in ("staging", "production"):
        environments.release(name, 1, "a", "pending", "stable")
    assert found(environments, workspace).known == (LiveModel(MODEL, (BASE, "staging", "production")),)


def test_the_base_commit_has_a_model_without_any_cluster(
    environments: Environments, workspace: Workspace
) -> None:
    """A lock that was changed and not committed is compared with that of HEAD."""
    lock_to(workspace, MODEL, NEWER)
    commit_all(workspace)
    lock_to(workspace, NEWER, NEWER)
    disconnect(environments)
    assert found(environments, workspace).known == (LiveModel(MODEL, (BASE,)),)


def test_without_a_cluster_the_store_has_what_was_accepted(
    environments: Environments, workspace: Workspace, store: Path
) -> None:
    """A job that builds reaches no cluster."""
    disconnect(environments)
    store_accepted(store, "production", MODEL)
    assert found(environments, workspace) == LiveModels((LiveModel(MODEL, ("production",)),))


def test_records_count_more_than_the_store(
    environments: Environments, workspace: Workspace, store: Path
) -> None:
    """The document is written after the record, so the record of a cluster that responds is newer."""
    store_accepted(store, "production", MODEL)
    environments.release("production", 2, "a", "pending", "stable", model=NEWER)
    assert found(environments, workspace).known == (LiveModel(NEWER, ("production",)),)


def test_the_store_stands_in_for_a_cluster_that_does_not_respond(
    environments: Environments, workspace: Workspace, store: Path
) -> None:
    """What neither has is listed with the reason, also beside a model that is known."""
    store_accepted(store, "production", MODEL)
    environments.unreachable |= {"production", "staging"}
    live = found(environments, workspace)
    assert live.known == (LiveModel(MODEL, ("production",)),)
    assert live.unread == {"staging": "cluster staging does not answer"}


@pytest.mark.parametrize("content", [b"", b"[]", b'{"environment": "staging"}', b"[" * 100_000])
def test_a_document_that_is_not_valid_is_not_passed_over(
    environments: Environments, workspace: Workspace, store: Path, content: bytes
) -> None:
    """It was accepted and is not known: a reason, never a silent pass."""
    disconnect(environments)
    store_accepted(store, "staging", MODEL)
    (store / accepted_key("staging")).write_bytes(content)
    live = found(environments, workspace)
    assert live.known == ()
    assert "environments/staging.json is not the document of an accepted model" in live.unread["staging"]


@pytest.mark.parametrize("changes", [{"digest": "sha256:../../x"}, {"name": "../x"}, {"version": "a/b"}])
def test_a_model_that_cannot_be_part_of_a_path_is_refused(
    environments: Environments, workspace: Workspace, store: Path, changes: dict[str, str]
) -> None:
    """Name, version and digest become keys of the store and paths in the cache."""
    disconnect(environments)
    store_accepted(store, "staging", MODEL.model_copy(update=changes))
    assert list(found(environments, workspace).unread) == ["staging"]


def test_the_document_of_another_environment_is_refused(
    environments: Environments, workspace: Workspace, store: Path
) -> None:
    """A copy under another name does not state what that environment has accepted."""
    disconnect(environments)
    store_accepted(store, "staging", MODEL)
    (store / accepted_key("staging")).rename(store / accepted_key("production"))
    assert list(found(environments, workspace).unread) == ["production"]


def test_a_store_that_cannot_be_read_is_a_reason(environments: Environments, workspace: Workspace) -> None:
    """The environments are listed as unread, after one question."""
    disconnect(environments)
    broken = environments.settings.store.model_copy(
        update={"url": "az://account/container", "endpoint": "https://127.0.0.1:1", "timeout_seconds": 1}
    )
    environments.settings = environments.settings.model_copy(update={"store": broken})
    assert set(found(environments, workspace).unread) == {"staging", "production"}


def test_an_environment_that_the_store_does_not_record_is_not_looked_for(
    environments: Environments, workspace: Workspace, store: Path
) -> None:
    """The document may be that of another person's cluster of the same name."""
    disconnect(environments)
    store_accepted(store, "staging", MODEL)
    staging = environments.settings.environments["staging"].model_copy(update={"record_in_store": False})
    environments.settings.environments["staging"] = staging
    assert found(environments, workspace) == LiveModels()


def test_nothing_is_live_before_the_first_release(environments: Environments, workspace: Workspace) -> None:
    """A checkout without a lock, without a cluster and with an empty store has nothing to compare with."""
    disconnect(environments)
    assert found(environments, workspace) == LiveModels()
