"""The lock that the branch ships from which releases are made: what a change of `model.lock` replaces."""

from __future__ import annotations

from typing import Final

from seatrial.errors import OutsideError, UsageError
from seatrial.model.locks.lock import Lock, parse_lock
from seatrial.workspace import Workspace

USUAL_BRANCHES: Final = ("main", "master")


def shipped_lock(workspace: Workspace, branch: str = "") -> Lock | None:
    """Return the lock of the commit at which HEAD left `branch` (empty: the default branch of `origin`).

    On that branch it is HEAD's own. Returns None if that commit has no lock, or there is no commit. Raises
    OutsideError if the branch or the common commit is not in this clone, or the lock is not valid.
    """
    if not _commit(workspace, "HEAD"):
        return None
    base = _base(workspace, branch)
    name = workspace.lock.name
    if not workspace.git("ls-tree", "--name-only", base, "--", name, check=False):
        return None
    try:
        return parse_lock(workspace.git("show", f"{base}:./{name}").encode(), f"{name} of {base[:12]}")
    except UsageError as error:
        raise OutsideError(error.message, error.hint) from error


def _base(workspace: Workspace, branch: str) -> str:
    """Return the newest common commit of HEAD and the branch."""
    if tip := _tip(workspace, branch):
        if base := workspace.git("merge-base", "HEAD", tip, check=False):
            return base
        raise _missing(f"the commit at which HEAD left {branch or 'the default branch'}")
    # A repository of one's own without remote has no other branch to compare with.
    if branch or workspace.git("rev-parse", "--is-shallow-repository", check=False) != "false":
        raise _missing(f"the branch {branch}" if branch else "the default branch")
    return _commit(workspace, "HEAD")


def _tip(workspace: Workspace, branch: str) -> str:
    names = (branch,) if branch else (_default_branch(workspace), *USUAL_BRANCHES)
    # What the remote has, if there is one: a local branch of that name may be ahead, or old.
    references = [f"refs/{kind}/{name}" for name in names if name for kind in ("remotes/origin", "heads")]
    return next((found for each in references if (found := _commit(workspace, each))), "")


def _default_branch(workspace: Workspace) -> str:
    found = workspace.git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", check=False)
    return found.removeprefix("origin/")


def _commit(workspace: Workspace, name: str) -> str:
    return workspace.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", check=False)


def _missing(what: str) -> OutsideError:
    return OutsideError(
        f"this clone does not have {what}",
        "git fetch --unshallow origin (in CI fetch-depth: 0); model.base_branch names another branch",
    )
