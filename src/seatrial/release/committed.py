"""Whether an image was built from a commit, or from changes that no commit contains."""

from __future__ import annotations

from typing import Final

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.image.inspection import ImageFacts
from seatrial.release.record import Record
from seatrial.release.target import Target
from seatrial.workspace import DIRTY

SHOWN: Final = 3
"""The number of changed files that a message names."""


def require_committed(target: Target, image: ImageFacts | Record) -> None:
    """Raise RefusedError if an image of uncommitted changes may not be released to an environment.

    Its revision shows whether code and `model.lock` were those of the commit when it was built.
    """
    if is_committed(image) or target.environment.allow_uncommitted:
        return
    raise RefusedError(
        f"{_described(image)}, which {target.name} does not release",
        f"{_commit(target, image)}make build check push; "
        "only environments with allow_uncommitted, such as local, release others",
    )


def warn_of_uncommitted(image: ImageFacts) -> None:
    """Print a warning if an image was built from uncommitted changes."""
    if not is_committed(image):
        console.line(f"  warning: {_described(image)}: commit them before a release elsewhere")


def is_committed(image: ImageFacts | Record) -> bool:
    """Return whether an image was built from a commit."""
    return not image.revision.endswith(DIRTY)


def _described(image: ImageFacts | Record) -> str:
    return f"{image.reference.digest[:19]}… was built from uncommitted changes ({image.revision})"


def _commit(target: Target, image: ImageFacts | Record) -> str:
    """Return what to commit before the image is built again; nothing if that was done meanwhile."""
    workspace = target.workspace
    if image.working_state != workspace.working_state:
        return "git commit the changes where it was built, then "
    rows = workspace.git("status", "--porcelain", check=False).splitlines()
    names = [row.split(maxsplit=1)[-1] for row in rows]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"git commit {', '.join(names[:SHOWN])}{more}, then " if names else ""
