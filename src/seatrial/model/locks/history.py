"""`model.lock` in earlier commits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.errors import OutsideError, SeatrialError
from seatrial.model.locks.lock import DIGEST, Lock, parse_lock
from seatrial.results import Artefact
from seatrial.workspace import DIRTY, Workspace

COMMIT = re.compile(r"[0-9a-f]{7,40}")
UNSHALLOW = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"
HISTORY = 200
"""Number of commits that are searched; each costs one call of git."""


def lock_of(workspace: Workspace, revision: str) -> Lock | None:
    """Return the lock of a revision (with or without `-dirty`), or None if git does not have a valid one."""
    commit = revision.removesuffix(DIRTY)
    if not COMMIT.fullmatch(commit):
        return None
    try:
        return parse_lock(lock_text(workspace, commit).encode(), workspace.lock.name)
    except SeatrialError:
        return None


def lock_text(workspace: Workspace, revision: str) -> str:
    """Return the text of model.lock in a revision, or an empty string if it has none."""
    text = workspace.git("show", f"{revision}:./{workspace.lock.name}", check=False)
    return f"{text}\n" if text else ""


def earlier_locks(workspace: Workspace, revisions: str = "--all") -> Iterator[Lock]:
    """Yield the valid locks of the commits that changed model.lock, newest first.

    `revisions` is a branch, or `--all` for every branch.
    """
    options = (revisions, "--format=%H", f"--max-count={HISTORY}")
    for commit in workspace.git("log", *options, "--", workspace.lock.name, check=False).split():
        if lock := lock_of(workspace, commit):
            yield lock


def locked_before(workspace: Workspace, model: Artefact) -> Artefact | None:
    """Return the newest other version of `model` that a commit up to HEAD locked.

    If none did, it is the newest model of another name; None if git has none either.
    """
    others = (lock.model for lock in earlier_locks(workspace, "HEAD") if lock.model.digest != model.digest)
    newest = None
    for each in others:
        if each.name == model.name:
            return each
        newest = newest or each
    return newest


def require_history(workspace: Workspace) -> None:
    """Raise OutsideError if the clone is shallow, so that locks of earlier commits are unknown."""
    if workspace.git("rev-parse", "--is-shallow-repository") == "true":
        raise OutsideError("the clone is shallow", UNSHALLOW)


def locked_digests(workspace: Workspace) -> dict[str, str]:
    """Return every digest in any model.lock that git has, on each branch, tag and remote, with a commit.

    Locks that this program cannot parse are included. Raises OutsideError if the checkout has no git, or as
    `require_history`.
    """
    require_history(workspace)
    options = ("--all", "--full-history", "-m", "-p", "--no-ext-diff", "--no-textconv", "--no-color")
    commit, found = "", dict[str, str]()
    for line in workspace.git("log", *options, "--format=%H", "--", workspace.lock.name).splitlines():
        if COMMIT.fullmatch(line):
            commit = line[:12]
        for digest in DIGEST.findall(line):
            found.setdefault(digest, commit)
    return found
