"""Make the kit of a pushed image: the checkout's suite, the lock's golden set, and what is expected."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import UsageError
from seatrial.image_reference import ImageReference
from seatrial.model.locks.lock import read_lock
from seatrial.model.published.golden_sets import golden_set_directory
from seatrial.qa_kit.archive import write_kit
from seatrial.results import PushResult
from seatrial.settings import Settings
from seatrial.workspace import ResultNotFoundError, Workspace


def make_kit(settings: Settings, workspace: Workspace, image: ImageReference | None, target: Path) -> int:
    """Write the kit for an image (None: the pushed one) and the locked model; return its size in bytes.

    Any environment that serves this image passes. Raises UsageError if nothing was pushed, or from
    another working state or lock, and what loading the golden set raises.
    """
    lock = read_lock(workspace.lock)
    digest = image.digest if image else _pushed(workspace).reference.digest
    facts = {
        "expect": {"image": digest, "model": lock.model.digest},
        "model": f"{lock.model.name} {lock.model.version}",
        "golden": lock.golden.model_dump(),
        "revision": workspace.revision,
    }
    return write_kit(workspace.root, golden_set_directory(settings, workspace, lock.golden), facts, target)


def _pushed(workspace: Workspace) -> PushResult:
    try:
        return workspace.read_result(PushResult)
    except ResultNotFoundError as error:
        what = "no image was pushed that the kit could expect"
        raise UsageError(what, "make push, or IMAGE=repository@sha256:…") from error
