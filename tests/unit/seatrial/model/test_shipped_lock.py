"""The lock of the base commit, in the clones that people and CI have."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from memory_environments import MODEL, digest
from samples import commit_all, lock_to, make_checkout
from seatrial.errors import OutsideError
from seatrial.model.locks.lock import Lock
from seatrial.model.locks.shipped import shipped_lock
from seatrial.results import Artefact
from seatrial.workspace import Workspace

GOLDEN = Artefact(name="colour-photos", version="1.0.0", digest=digest("e"))
NEWER = Artefact(name="colours", version="2.0.0", digest=digest("1"))
NEWEST = Artefact(name="colours", version="3.0.0", digest=digest("2"))


@pytest.fixture
def origin(tmp_path: Path) -> Workspace:
    """A repository whose main ships MODEL; the branch `change` of it ships NEWER, and main goes on since."""
    origin = make_checkout(tmp_path / "origin")
    origin.git("branch", "-M", "main")
    lock_to(origin, MODEL, GOLDEN)
    commit_all(origin)
    origin.git("checkout", "-q", "-b", "change")
    lock_to(origin, NEWER, GOLDEN)
    commit_all(origin)
    origin.git("checkout", "-q", "main")
    (origin.root / "README.md").write_text("main goes on\n")
    commit_all(origin)
    return origin


def clone(origin: Workspace, *options: str) -> Workspace:
    """Clone a repository beside it."""
    target = origin.root.with_name("clone")
    subprocess.run(
        ["git", "clone", "-q", *options, origin.root.as_uri(), str(target)], check=True, timeout=60
    )
    return Workspace(target)


def model_of(lock: Lock | None) -> Artefact | None:
    """Return the model of a lock."""
    return lock.model if lock else None


def test_a_branch_is_compared_with_what_main_ships(origin: Workspace) -> None:
    """Its own commits do not count, nor does a later change of the working tree."""
    here = clone(origin)
    here.git("checkout", "-q", "change")
    lock_to(here, NEWEST, GOLDEN)
    assert model_of(shipped_lock(here)) == MODEL


def test_on_main_it_is_the_committed_lock(origin: Workspace) -> None:
    """A lock that was moved and is not committed replaces that of HEAD."""
    here = clone(origin, "--depth=1")
    lock_to(here, NEWEST, GOLDEN)
    assert model_of(shipped_lock(here)) == MODEL


def test_another_base_branch_is_named(origin: Workspace) -> None:
    """A pull request names the branch that it is to be merged into."""
    here = clone(origin)
    here.git("checkout", "-q", "-b", "next", "origin/change")
    assert model_of(shipped_lock(here, "change")) == NEWER


def test_the_merge_commit_of_a_pull_request_has_the_base(origin: Workspace) -> None:
    """CI checks out a commit that no branch has, with the remote branches beside it."""
    here = clone(origin)
    here.git("checkout", "-q", "--detach", "origin/main")
    identity = ("-c", "user.name=A Tester", "-c", "user.email=tester@seatrial.test")
    here.git(*identity, "merge", "-q", "--no-edit", "origin/change")
    here.git("branch", "-D", "main")
    assert model_of(shipped_lock(here, "main")) == MODEL


@pytest.mark.parametrize("branch", ["", "main"])
def test_a_clone_without_the_base_is_an_error(origin: Workspace, branch: str) -> None:
    """A clone of the change alone cannot tell what main ships."""
    here = clone(origin, "--depth=1", "--branch=change")
    with pytest.raises(OutsideError, match=r"does not have the (default )?branch"):
        shipped_lock(here, branch)


def test_a_clone_without_the_common_commit_is_an_error(origin: Workspace) -> None:
    """With both branches but no history, where they parted is not known."""
    here = clone(origin, "--depth=1", "--no-single-branch")
    here.git("checkout", "-q", "--detach", "origin/change")
    with pytest.raises(OutsideError, match="the commit at which HEAD left") as raised:
        shipped_lock(here)
    assert "fetch-depth: 0" in raised.value.hint


def test_a_lock_that_is_not_valid_is_an_error(origin: Workspace) -> None:
    """It is not taken for a commit that ships no model."""
    origin.lock.write_text("[model]\n")
    commit_all(origin)
    with pytest.raises(OutsideError, match=r"model\.lock of [0-9a-f]{12}: model"):
        shipped_lock(origin)


def test_a_repository_without_a_lock_or_a_commit_ships_none(tmp_path: Path) -> None:
    """A first model has nothing to replace."""
    assert shipped_lock(make_checkout(tmp_path / "checkout")) is None
    empty = Workspace(tmp_path / "empty")
    empty.root.mkdir()
    empty.git("init", "-q")
    assert shipped_lock(empty) is None


def test_a_repository_of_ones_own_is_compared_with_its_commit(tmp_path: Path) -> None:
    """Without a remote and a branch of a usual name there is only HEAD."""
    here = make_checkout(tmp_path / "checkout")
    here.git("checkout", "-q", "-b", "work")
    lock_to(here, MODEL, GOLDEN)
    commit_all(here)
    here.git("branch", "-D", "master", "main", check=False)
    lock_to(here, NEWER, GOLDEN)
    assert model_of(shipped_lock(here)) == MODEL
