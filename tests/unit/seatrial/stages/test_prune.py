"""prune, over environments in memory; registry and engine are told, not asked."""

from __future__ import annotations

from typing import Any

import pytest

from memory_environments import Environments, digest
from seatrial.retention.references import collect_references
from seatrial.stages.prune import prune
from seatrial.workspace import Workspace


@pytest.fixture
def no_parts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Neither registry nor engine is there; the list says who tried to reach one."""
    tried: list[str] = []

    def registry(*_: Any) -> None:
        tried.append("registry")

    def engine() -> None:
        tried.append("engine")

    monkeypatch.setattr("seatrial.stages.prune.RegistryClient", registry)
    monkeypatch.setattr("seatrial.stages.prune.registry.stored", lambda *_: [])
    monkeypatch.setattr("seatrial.stages.prune.Repository", lambda *_: None)
    monkeypatch.setattr("seatrial.stages.prune.connect", engine)
    monkeypatch.setattr("seatrial.stages.prune.engine.built", lambda *_: [])
    return tried


def test_every_environment_s_records_name_their_images(
    environments: Environments, workspace: Workspace
) -> None:
    """What was ever released and is still remembered stays, refused ones included."""
    environments.release("staging", 1, "a", "stable")
    environments.release("production", 1, "b", "refused")
    named = collect_references(environments.settings, workspace, services=environments.services)
    assert named.digests == {digest("a"): "staging-1", digest("b"): "production-1"}
    assert {"staging-1", "production-1"} <= named.releases
    assert named.states[("tree-a", digest("f"))] == "staging-1"
    assert named.states[(workspace.working_state, workspace.lock_digest)] == "this working state"


def test_a_namespace_that_no_setting_knows_names_its_images_too(
    environments: Environments, workspace: Workspace
) -> None:
    """An environment of somebody else's settings in the same cluster loses nothing."""
    changed = {"environments": {"staging": environments.settings.environment("staging")}}
    environments.clusters["staging"] = environments.clusters["production"]
    environments.release("production", 1, "b", "stable")
    with_stranger = environments.settings.model_copy(update=changed)
    assert collect_references(with_stranger, workspace).digests == {digest("b"): "production-1"}


def test_while_an_environment_is_silent_no_image_is_touched(
    environments: Environments, workspace: Workspace, no_parts: list[str]
) -> None:
    """Nobody knows what it names, so neither registry nor engine is even asked."""
    environments.away.add("production")
    found = prune(environments.settings, workspace, services=environments.services)
    assert no_parts == []
    assert list(found.untouched) == ["images (production)"]


def test_when_all_answer_both_are_cleaned(
    environments: Environments, workspace: Workspace, no_parts: list[str]
) -> None:
    """The guard before it has been seen letting pass."""
    assert not prune(environments.settings, workspace, services=environments.services).untouched
    assert no_parts == ["registry", "engine"]


@pytest.mark.usefixtures("no_parts")
def test_a_dry_run_removes_nothing(environments: Environments, workspace: Workspace) -> None:
    """It says what would go, and leaves it."""
    folder = workspace.root / "reports" / workspace.instance
    folder.mkdir(parents=True)
    for number in range(25):
        (folder / f"run-{number}.json").write_text("{}")
    assert (
        sum(
            item.removed
            for item in prune(
                environments.settings, workspace, dry_run=True, services=environments.services
            ).items
        )
        == 5
    )
    assert len(list(folder.iterdir())) == 25
    prune(environments.settings, workspace, services=environments.services)
    assert len(list(folder.iterdir())) == 20
