"""Checkouts as people have them: each has a working state, or an error of one line with the fix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from git_command import git
from seatrial import git_tree
from seatrial.errors import UsageError
from seatrial.workspace import Workspace

Prepare = Callable[[Path], None]


def no_repository(root: Path) -> None:
    """An archive of the source has no .git."""
    (root / "seatrial.toml").write_text("")


def no_commit(root: Path) -> None:
    """Git was initialised after unpacking an archive."""
    git(root, "init", "-q")
    (root / "seatrial.toml").write_text("")


def committed(root: Path) -> None:
    """Commit everything in a new repository."""
    no_commit(root)
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "first")


def repository_inside(root: Path) -> None:
    """A new repository was made in a directory of the checkout."""
    committed(root)
    (root / "notes").mkdir()
    git(root / "notes", "init", "-q")
    (root / "notes" / "a").write_text("a")


def no_lfs(root: Path) -> None:
    """The filter of Git LFS is configured, and its program is missing."""
    committed(root)
    (root / ".gitattributes").write_text("*.bin filter=lfs\n")
    (root / "weights.bin").write_bytes(b"x" * 100)
    git(root, "config", "filter.lfs.process", "git-lfs-is-missing-here git-lfs filter-process")
    git(root, "config", "filter.lfs.required", "true")


def missing_filter(root: Path) -> None:
    """A filter of another name is configured, and its program is missing."""
    committed(root)
    (root / ".gitattributes").write_text("*.bin filter=crypt\n")
    (root / "weights.bin").write_bytes(b"x" * 100)
    git(root, "config", "filter.crypt.clean", "no-such-filter")
    git(root, "config", "filter.crypt.required", "true")


def other_owner(root: Path) -> None:
    """The checkout belongs to another user. Only root can give one away: the test sets what git reads."""
    committed(root)


def large_data(root: Path) -> None:
    """A training set is in the checkout; the file is sparse."""
    committed(root)
    (root / "data").mkdir()
    with (root / "data" / "train.bin").open("wb") as file:
        file.truncate(git_tree.UNTRACKED_BYTES + 1)


FAULTS = [
    (no_repository, "not a git repository", "git init"),
    (no_commit, "no commit yet", "git commit"),
    (repository_inside, "repository notes inside this checkout has no commit", ".gitignore"),
    (no_lfs, "Git LFS", "git lfs pull"),
    (missing_filter, "filter no-such-filter", ".gitattributes"),
    (other_owner, "belongs to another user", "safe.directory"),
    (large_data, "GB in data", "add data to .gitignore"),
]


@pytest.mark.parametrize(("prepare", "message", "fix"), FAULTS)
def test_a_fault_of_the_checkout_is_one_line_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Prepare, message: str, fix: str
) -> None:
    """No traceback, no exit code of git, and wrong usage, because the user can correct it."""
    prepare(tmp_path)
    if prepare is other_owner:
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UsageError) as raised:
        _ = Workspace(tmp_path).revision
    assert message in raised.value.message
    assert fix in raised.value.hint


def test_line_ends_that_git_would_convert_are_no_fault(tmp_path: Path) -> None:
    """`core.safecrlf` refuses a commit, not a look at the working tree."""
    committed(tmp_path)
    git(tmp_path, "config", "core.autocrlf", "true")
    git(tmp_path, "config", "core.safecrlf", "true")
    (tmp_path / "mixed.txt").write_bytes(b"a\r\nb\n")
    assert Workspace(tmp_path).revision.endswith("-dirty")


def test_a_directory_of_a_larger_repository_is_a_checkout(tmp_path: Path) -> None:
    """Its commit is that of the repository, and its model.lock is found there."""
    below = tmp_path / "apps" / "classifier"
    below.mkdir(parents=True)
    committed(tmp_path)
    (below / "seatrial.toml").write_text("")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "-q", "-m", "second")
    workspace = Workspace(below)
    assert workspace.prefix == "apps/classifier/"
    assert workspace.revision == git(tmp_path, "rev-parse", "HEAD")


def test_an_archive_unpacked_inside_another_repository_is_refused(tmp_path: Path) -> None:
    """The commit of that repository does not contain it, so it would name something else."""
    committed(tmp_path)
    below = tmp_path / "vendor" / "seatrial"
    below.mkdir(parents=True)
    (below / "seatrial.toml").write_text("")
    with pytest.raises(UsageError, match="no commit of the repository above has this directory") as raised:
        _ = Workspace(below).revision
    assert "git add" in raised.value.hint


def test_without_a_home_the_error_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory named `~` would be made in the checkout."""
    monkeypatch.delenv("SEATRIAL_CACHE", raising=False)
    monkeypatch.setattr("seatrial.workspace.user_cache_path", lambda _: Path("~/.cache/seatrial"))
    with pytest.raises(UsageError, match="no home directory") as raised:
        _ = Workspace(tmp_path).cache
    assert "SEATRIAL_CACHE" in raised.value.hint
