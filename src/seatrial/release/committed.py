"""Whether an image was built from a commit, or from changes that no commit contains."""

from __future__ import annotations

from typing import Final

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.image.inspection import ImageFacts
from seatrial.release.target import Target

UNCOMMITTED: Final = "-dirty"
"""The end of the revision of an image that was built from changes that no commit contains."""

SHOWN: Final = 3
"""The number of changed files that a message names."""


def require_committed(target: Target, facts: ImageFacts) -> None:
    """Raise RefusedError if an image of uncommitted changes may not be released to an environment.

    Its revision shows whether code and `model.lock` were those of the commit when it was built.
    """
    if not facts.revision.endswith(UNCOMMITTED):
        return
    what = f"{facts.reference.digest[:19]}… was built from uncommitted changes ({facts.revision})"
    if not target.environment.allow_uncommitted:
        raise RefusedError(
            f"{what}, which {target.name} does not release",
            f"{_commit(target, facts)}make build check push; "
            "only environments with allow_uncommitted, such as local, release others",
        )
    console.line(f"  warning: {what}: commit them before a release elsewhere")


def _commit(target: Target, facts: ImageFacts) -> str:
    """Return what to commit before the image is built again; nothing if that was done meanwhile."""
    workspace = target.workspace
    if facts.working_state != workspace.working_state:
        return "git commit the changes where it was built, then "
    rows = workspace.git("status", "--porcelain", check=False).splitlines()
    names = [row.split(maxsplit=1)[-1] for row in rows]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"git commit {', '.join(names[:SHOWN])}{more}, then " if names else ""
