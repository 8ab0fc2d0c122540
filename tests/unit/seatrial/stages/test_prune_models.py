"""Removal of published models, with environments in memory, a real git repository and a directory store."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from colours import write_model
from memory_environments import Environments, digest
from samples import lock_to
from seatrial.errors import UsageError
from seatrial.results import Artefact, PruneResult
from seatrial.settings import Settings
from seatrial.stages.prune_models import prune_models
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

COUNT = 6
Prune = Callable[..., PruneResult]


@pytest.fixture
def models(settings: Settings, workspace: Workspace, golden: Path, tmp_path: Path) -> list[Artefact]:
    """The published models 0.0 to 5.0; the channel points to the last."""
    found = []
    for number in range(COUNT):
        write_model(tmp_path / f"model-{number}", version=f"{number}.0")
        done = publish(settings, workspace, model=tmp_path / f"model-{number}")
        assert done.model
        found.append(done.model)
    publish(settings, workspace, golden=golden)
    return found


@pytest.fixture
def prune(
    settings: Settings, workspace: Workspace, environments: Environments, models: list[Artefact]
) -> Prune:
    """The stage, with one version kept by its age, in these environments."""
    known = environments.settings.model_copy(update={"store": settings.store})

    def run(**options: object) -> PruneResult:
        arguments = {
            "keep": 1,
            "name": "colours",
            "services": environments.services,
            "environ": {},
            **options,
        }
        return prune_models(known, Workspace(workspace.root), **arguments)  # type: ignore[arg-type]

    return run


def versions(store: Path) -> set[str]:
    """Return the versions whose card is in the store."""
    return {path.parent.name for path in (store / "models/colours").glob("*/model.json")}


def removed(result: PruneResult) -> set[str]:
    """Return the versions that were removed."""
    return {item.name for item in result.items if item.removed}


def git(workspace: Workspace, *words: str) -> None:
    """Run git in the checkout."""
    who = ["-c", "user.name=A", "-c", "user.email=a@seatrial.test"]
    subprocess.run(["git", "-C", str(workspace.root), *who, *words], check=True, timeout=60)


def commit_lock(workspace: Workspace, model: Artefact) -> None:
    """Commit a lock of this model."""
    golden = Artefact(name="colour-photos", version="1.0.0", digest=digest("e"))
    lock_to(workspace, model, golden)
    git(workspace, "add", "model.lock")
    git(workspace, "commit", "-qm", f"Lock {model.version}")


def test_only_what_nothing_refers_to_is_removed(
    prune: Prune, workspace: Workspace, models: list[Artefact], environments: Environments, store: Path
) -> None:
    """Locks of any branch and commit, releases, the working tree's lock, and the newest are kept."""
    git(workspace, "checkout", "-qb", "other")
    commit_lock(workspace, models[0])
    commit_lock(workspace, models[1])
    git(workspace, "checkout", "-q", "-")
    environments.release("staging", 7, "a", "pending", "stable", model=models[2])
    golden = Artefact(name="colour-photos", version="1.0.0", digest=digest("e"))
    lock_to(workspace, models[3], golden)
    result = prune()
    assert removed(result) == {"4.0"}
    assert versions(store) == {"0.0", "1.0", "2.0", "3.0", "5.0"}
    assert {item.name: item.why for item in result.items}["2.0"] == "release staging-7"
    assert not [path for path in (store / "models/colours").rglob("*") if "4.0" in path.name]


def test_a_dry_run_and_a_declined_plan_remove_nothing(prune: Prune, store: Path) -> None:
    """The result is the plan."""
    assert removed(prune(dry_run=True)) == {f"{number}.0" for number in range(COUNT - 1)}
    assert prune(confirm=lambda _: False).dry_run
    assert len(versions(store)) == COUNT


def test_what_is_locked_while_the_user_is_asked_is_kept(
    prune: Prune, workspace: Workspace, models: list[Artefact], store: Path
) -> None:
    """References are read again after the confirmation."""

    def confirm(plan: object) -> bool:
        commit_lock(workspace, models[2])
        return True

    assert removed(prune(confirm=confirm)) == {"0.0", "1.0", "3.0", "4.0"}
    assert versions(store) == {"2.0", "5.0"}


def test_an_environment_that_cannot_be_read_keeps_everything(
    prune: Prune, environments: Environments, store: Path
) -> None:
    """A release there may serve any version."""
    environments.unreachable.add("staging")
    result = prune()
    assert removed(result) == set()
    assert "staging" in result.untouched
    assert len(versions(store)) == COUNT


@pytest.mark.parametrize("state", ["no git", "shallow"])
def test_without_the_history_of_the_locks_everything_is_kept(
    prune: Prune, workspace: Workspace, store: Path, state: str
) -> None:
    """A clone without history, and a directory without git, do not have every lock."""
    if state == "shallow":
        head = (workspace.root / ".git" / "shallow").write_text(workspace.git("rev-parse", "HEAD") + "\n")
        assert head
    else:
        (workspace.root / ".git").rename(workspace.root / "elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "working_state", "tree")
        patch.setattr(Workspace, "revision", "0" * 40)
        result = prune()
    assert removed(result) == set()
    assert "model.lock" in result.untouched
    assert len(versions(store)) == COUNT


def test_a_lock_of_a_newer_program_keeps_its_model(
    prune: Prune, workspace: Workspace, models: list[Artefact], store: Path
) -> None:
    """A lock in git that this program cannot parse still refers to its digests."""
    git(workspace, "checkout", "-qb", "newer")
    table = json.dumps({"digest": models[1].digest})
    workspace.lock.write_text(f"[future]\nmodels = [{table.replace(':', ' =', 1)}]\n")
    git(workspace, "add", "model.lock")
    git(workspace, "commit", "-qm", "A lock of another form")
    git(workspace, "checkout", "-q", "-")
    prune()
    assert versions(store) == {"1.0", "5.0"}


def test_none_kept_is_wrong_usage(prune: Prune) -> None:
    """The newest version is always kept."""
    with pytest.raises(UsageError, match="--keep"):
        prune(keep=0)
