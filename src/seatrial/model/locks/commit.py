"""Commits that change `model.lock` alone, and their way to the repository that main is released from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from seatrial.errors import OutsideError
from seatrial.model.locks.history import lock_text
from seatrial.model.locks.lock import Lock, parse_lock
from seatrial.workspace import Workspace

MAIN: Final = "main"
REMOTE: Final = "origin"
_NO_PROMPT: Final = {"GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class GitAccess:
    """How git signs in to the remote: options before the command, and variables of its environment.

    `author` is the name and the address of a job, which has none of its own; `rights` names how to get the
    rights that a refused command lacks.
    """

    author: tuple[str, str]
    rights: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Head:
    """The newest commit of a branch of the remote, and the text of its model.lock (empty: it has none)."""

    commit: str
    text: str

    @property
    def lock(self) -> Lock:
        """The lock. Raises UsageError if the commit has no valid one."""
        return parse_lock(self.text.encode(), f"model.lock of {self.commit[:12]}")


@dataclass(frozen=True)
class Remote:
    """The branches of the remote `origin`. Every method raises OutsideError if git or the remote fails."""

    workspace: Workspace
    access: GitAccess

    def head(self, branch: str) -> Head | None:
        """Return the newest commit of a branch, or None if there is no such branch."""
        listed = self._git("ls-remote", REMOTE, f"refs/heads/{branch}")
        if not listed:
            return None
        self._git("fetch", "-q", REMOTE, f"+refs/heads/{branch}:refs/remotes/{REMOTE}/{branch}")
        commit = self.workspace.git("rev-parse", f"refs/remotes/{REMOTE}/{branch}")
        return Head(commit, lock_text(self.workspace, commit))

    def main(self) -> Head:
        """Return the newest commit of main. Raises OutsideError also if there is no main."""
        if head := self.head(MAIN):
            return head
        what = f"the remote {REMOTE} has no branch {MAIN}"
        raise OutsideError(what, "run this in a clone of the repository")

    def push(self, commit: str, branch: str, expected: str | None = None) -> None:
        """Push a commit to a branch, as its next commit.

        With `expected` it replaces that commit (an empty string: the branch must not exist). Raises
        OutsideError also if the branch has another commit.
        """
        target = f"refs/heads/{branch}"
        lease = [] if expected is None else [f"--force-with-lease={target}:{expected}"]
        self._git("push", "-q", *lease, REMOTE, f"{commit}:{target}")

    def delete(self, branch: str) -> None:
        """Delete a branch, if it still exists."""
        if self._git("ls-remote", REMOTE, f"refs/heads/{branch}"):
            self._git("push", "-q", REMOTE, f":refs/heads/{branch}")

    def commit_lock(self, parent: str, text: str, message: str) -> str:
        """Write a commit on `parent` that changes model.lock to `text` and nothing else; return its SHA.

        Index, working tree and branches of the checkout do not change.
        """
        workspace = self.workspace
        with tempfile.TemporaryDirectory(prefix="seatrial-lock-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            (Path(folder) / "lock").write_text(text, encoding="utf-8")
            blob = workspace.git("hash-object", "-w", "--no-filters", str(Path(folder) / "lock"))
            entry = f"100644,{blob},{workspace.prefix}{workspace.lock.name}"
            workspace.git("read-tree", parent, env=env)
            workspace.git("update-index", "--add", "--cacheinfo", entry, env=env)
            tree = workspace.git("write-tree", env=env)
        return workspace.git("commit-tree", tree, "-p", parent, "-m", message, env=self._author())

    def _git(self, *arguments: str) -> str:
        env = {**_NO_PROMPT, **self.access.environment}
        try:
            return self.workspace.git(*self.access.options, *arguments, env=env)
        except OutsideError as error:
            raise OutsideError(error.message, error.hint or self.access.rights, error.log) from error

    def _author(self) -> dict[str, str]:
        if self.workspace.git("config", "user.email", check=False):
            return {}
        name, email = self.access.author
        roles = ("AUTHOR", "COMMITTER")
        return {
            f"GIT_{role}_{key}": value for role in roles for key, value in (("NAME", name), ("EMAIL", email))
        }


def changed_files(workspace: Workspace, head: Head) -> list[str]:
    """Return the files that a branch changes since it left main."""
    return workspace.git("diff", "--name-only", f"{_start(workspace, head)}..{head.commit}").splitlines()


def lock_at_start(workspace: Workspace, head: Head) -> str:
    """Return the text of model.lock where a branch left main."""
    return lock_text(workspace, _start(workspace, head))


def _start(workspace: Workspace, head: Head) -> str:
    return workspace.git("merge-base", f"refs/remotes/{REMOTE}/{MAIN}", head.commit)
