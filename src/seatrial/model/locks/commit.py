"""Commits that change `model.lock` alone, and their way to the repository that main is released from."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from seatrial.errors import OutsideError
from seatrial.model.locks.history import lock_text
from seatrial.model.locks.lock import Lock, parse_lock
from seatrial.workspace import Workspace

MAIN: Final = "main"
REMOTE: Final = "origin"
# A job of GitHub Actions has no author of its own.
AUTHOR: Final = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
# gh has the token of a job; a person's own helpers are asked first.
_CREDENTIALS: Final = ("-c", "credential.helper=!gh auth git-credential")
_NO_PROMPT: Final = {"GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class Head:
    """The newest commit of a branch of the remote, and the text of its model.lock (empty: it has none)."""

    commit: str
    text: str

    @property
    def lock(self) -> Lock:
        """The lock. Raises UsageError if the commit has no valid one."""
        return parse_lock(self.text.encode(), f"model.lock of {self.commit[:12]}")


def fetch_head(workspace: Workspace, branch: str) -> Head | None:
    """Return the newest commit of a branch of the remote, or None if there is no such branch.

    Raises OutsideError if the remote cannot be read.
    """
    listed = _remote(workspace, "ls-remote", REMOTE, f"refs/heads/{branch}")
    if not listed:
        return None
    _remote(workspace, "fetch", "-q", REMOTE, f"+refs/heads/{branch}:refs/remotes/{REMOTE}/{branch}")
    commit = workspace.git("rev-parse", f"refs/remotes/{REMOTE}/{branch}")
    return Head(commit, lock_text(workspace, commit))


def fetch_main(workspace: Workspace) -> Head:
    """Return the newest commit of main. Raises OutsideError if the remote cannot be read or has no main."""
    if head := fetch_head(workspace, MAIN):
        return head
    raise OutsideError(f"the remote {REMOTE} has no branch {MAIN}", "run this in a clone of the repository")


def commit_lock(workspace: Workspace, parent: str, text: str, message: str) -> str:
    """Write a commit on `parent` that changes model.lock to `text` and nothing else; return its SHA.

    Index, working tree and branches of the checkout do not change.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-lock-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        (Path(folder) / "lock").write_text(text, encoding="utf-8")
        blob = workspace.git("hash-object", "-w", "--no-filters", str(Path(folder) / "lock"))
        workspace.git("read-tree", parent, env=env)
        workspace.git(
            "update-index",
            "--add",
            "--cacheinfo",
            f"100644,{blob},{workspace.prefix}{workspace.lock.name}",
            env=env,
        )
        tree = workspace.git("write-tree", env=env)
    return workspace.git("commit-tree", tree, "-p", parent, "-m", message, env=_author(workspace))


def changed_files(workspace: Workspace, head: Head) -> list[str]:
    """Return the files that a branch changes since it left main."""
    return workspace.git("diff", "--name-only", f"{_start(workspace, head)}..{head.commit}").splitlines()


def lock_at_start(workspace: Workspace, head: Head) -> str:
    """Return the text of model.lock where a branch left main."""
    return lock_text(workspace, _start(workspace, head))


def push(workspace: Workspace, commit: str, branch: str, expected: str | None = None) -> None:
    """Push a commit to a branch of the remote, as its next commit.

    With `expected` it replaces that commit (an empty string: the branch must not exist). Raises OutsideError
    if the branch has another commit, or the remote does not accept the push.
    """
    target = f"refs/heads/{branch}"
    lease = [] if expected is None else [f"--force-with-lease={target}:{expected}"]
    _remote(workspace, "push", "-q", *lease, REMOTE, f"{commit}:{target}")


def _start(workspace: Workspace, head: Head) -> str:
    return workspace.git("merge-base", f"refs/remotes/{REMOTE}/{MAIN}", head.commit)


def _remote(workspace: Workspace, *arguments: str) -> str:
    return workspace.git(*_CREDENTIALS, *arguments, env=_NO_PROMPT)


def _author(workspace: Workspace) -> dict[str, str]:
    if workspace.git("config", "user.email", check=False):
        return {}
    name, email = AUTHOR
    roles = ("AUTHOR", "COMMITTER")
    return {f"GIT_{role}_{key}": value for role in roles for key, value in (("NAME", name), ("EMAIL", email))}
