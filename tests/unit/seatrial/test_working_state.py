"""The working state of a checkout, and what computing it leaves in the repository: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from git_command import git
from seatrial.workspace import Workspace

SECRET = "untracked-secret-value"


def make_checkout(folder: Path) -> Path:
    """Create a checkout with two commits and uncommitted changes, one of them in an untracked file."""
    folder.mkdir()
    git(folder, "init", "-q")
    for name in ("seatrial.toml", "second.txt"):
        (folder / name).write_text(name)
        git(folder, "add", "--all")
        git(folder, "commit", "-q", "-m", name)
    return change(folder)


def change(folder: Path) -> Path:
    """Add an untracked file, change one and remove one."""
    (folder / "untracked.env").write_text(SECRET)
    (folder / "seatrial.toml").write_text("changed = true\n")
    (folder / "second.txt").unlink()
    return folder


def expected_state(folder: Path) -> str:
    """Return the tree that a commit of all changes has; they are then committed."""
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD^{tree}")


def content(folder: Path) -> dict[str, bytes]:
    """Return every file in a directory with its content."""
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with uncommitted changes."""
    return make_checkout(tmp_path / "checkout")


@pytest.mark.parametrize(
    "setting", ["gc.auto", "core.splitIndex", "core.untrackedCache", "feature.manyFiles"]
)
def test_the_repository_is_not_changed(checkout: Path, setting: str) -> None:
    """Every file in .git is the same as before, in repositories with other formats of the index too."""
    git(checkout, "config", setting, "1")
    before = content(checkout / ".git")
    state = Workspace(checkout).working_state
    assert content(checkout / ".git") == before
    assert state == expected_state(checkout)


def test_no_hook_is_run(checkout: Path) -> None:
    """A hook of the user might write to the repository or elsewhere."""
    hook = checkout / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch hook-has-run\n")
    hook.chmod(0o755)
    assert Workspace(checkout).working_state
    assert not (checkout / "hook-has-run").exists()


def test_the_content_of_untracked_files_stays_out_of_git(checkout: Path) -> None:
    """Nobody with a copy of the repository finds an untracked secret in it."""
    objects = git(checkout, "count-objects", "-v")
    blob = git(checkout, "hash-object", "untracked.env")
    assert Workspace(checkout).working_state
    assert git(checkout, "count-objects", "-v") == objects
    assert git(checkout, "cat-file", "--batch-all-objects", "--batch-check").find(blob) < 0


def test_nothing_is_left_in_the_temporary_directory(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Index and objects are removed, after a failure too."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert Workspace(checkout).working_state
    assert list((tmp_path / "temporary").iterdir()) == []


def test_settings_in_the_environment_stay(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git still gets the settings that a CI gives it by variables, such as safe.directory."""
    (checkout / "excluded").write_text("untracked.env\n")
    for name, value in {
        "COUNT": "1",
        "KEY_0": "core.excludesFile",
        "VALUE_0": str(checkout / "excluded"),
    }.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    state = Workspace(checkout).working_state
    assert state == expected_state(checkout)
    assert "untracked.env" not in git(checkout, "ls-files")


@pytest.mark.parametrize("kind", ["linked worktree", "shallow clone", "clone with alternates"])
def test_other_kinds_of_checkout_have_a_working_state(tmp_path: Path, kind: str) -> None:
    """Objects are read from wherever the repository has them, and written to none of these places."""
    main, other = make_checkout(tmp_path / "main"), tmp_path / "other"
    create = {
        "linked worktree": ("worktree", "add", "-q", "--detach", str(other)),
        "shallow clone": ("clone", "-q", "--depth=1", main.as_uri(), str(other)),
        "clone with alternates": ("clone", "-q", "--shared", str(main), str(other)),
    }
    git(main, *create[kind])
    change(other)
    before = content(main / ".git") | content(other / ".git")
    state = Workspace(other).working_state
    assert content(main / ".git") | content(other / ".git") == before
    assert state == expected_state(other)


@pytest.mark.parametrize("name", ["a:b", 'quoted"name', "mön ordner", "#hash"])
def test_any_name_of_a_directory_is_accepted(tmp_path: Path, name: str) -> None:
    """Characters that separate or quote paths in git's variables have no effect."""
    checkout = make_checkout(tmp_path / name)
    state = Workspace(checkout).working_state
    assert state == expected_state(checkout)
