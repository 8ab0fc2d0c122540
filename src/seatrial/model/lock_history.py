"""`model.lock` in earlier commits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.errors import SeatrialError
from seatrial.model.lock import Lock, parse_lock
from seatrial.results import Artefact
from seatrial.workspace import Workspace

COMMIT = re.compile(r"[0-9a-f]{7,40}")
HISTORY = 200
"""Number of commits that are searched; each costs one call of git."""


def lock_of(workspace: Workspace, revision: str) -> Lock | None:
    """Return the lock of a revision (with or without `-dirty`), or None if git does not have a valid one."""
    commit = revision.removesuffix("-dirty")
    if not COMMIT.fullmatch(commit):
        return None
    name = workspace.lock.name
    text = workspace.git("show", f"{commit}:{name}", check=False)
    try:
        return parse_lock(text.encode(), name)
    except SeatrialError:
        return None


def earlier_locks(workspace: Workspace, revisions: str = "--all") -> Iterator[Lock]:
    """Yield the valid locks of the commits that changed model.lock, newest first.

    `revisions` is a branch, or `--all` for every branch.
    """
    options = (revisions, "--format=%H", f"--max-count={HISTORY}")
    for commit in workspace.git("log", *options, "--", workspace.lock.name, check=False).split():
        if lock := lock_of(workspace, commit):
            yield lock


def locked_before(workspace: Workspace, model: Artefact) -> Artefact | None:
    """Return the newest other model that a commit up to HEAD locked, or None if git has none."""
    options = ("--format=%H", f"--max-count={HISTORY}", "HEAD")
    for commit in workspace.git("log", *options, "--", workspace.lock.name, check=False).split():
        lock = lock_of(workspace, commit)
        if lock and lock.model.digest != model.digest:
            return lock.model
    return None
