"""Make the kit of an image: the checkout's suite, a golden set, and what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import SeatrialError, UsageError
from seatrial.image_reference import ImageReference
from seatrial.model.locks.lock import read_lock
from seatrial.model.published.golden_sets import golden_set_directory
from seatrial.qa_kit.archive import write_kit
from seatrial.release.services import Services
from seatrial.release.target import open_target
from seatrial.results import Artefact, PushResult
from seatrial.settings import Settings
from seatrial.workspace import ResultNotFoundError, Workspace

# How long each request to the cluster is retried (seconds).
PATIENCE = 10


@dataclass(frozen=True)
class Expected:
    """What a kit expects: an image (digest), its model, golden set and revision. `source` is for people."""

    source: str
    image: str
    model: Artefact
    golden: Artefact
    revision: str


def expected(
    settings: Settings, workspace: Workspace, image: ImageReference | None, env: str, services: Services
) -> Expected:
    """Return what to expect of an image (None: the pushed one, else what is stable in `env`).

    A given or pushed image has the model and the golden set of model.lock. Raises UsageError if there is no
    image to expect, or it was pushed from another working state or lock.
    """
    lock = read_lock(workspace.lock)
    try:
        digest = image.digest if image else workspace.read_result(PushResult).reference.digest
    except ResultNotFoundError:
        return _stable(settings, workspace, env, services)
    source = "the given image" if image else "the pushed image"
    return Expected(source, digest, lock.model, lock.golden, workspace.revision)


def make_kit(settings: Settings, workspace: Workspace, found: Expected, target: Path) -> int:
    """Write the kit to `target`; return its size in bytes.

    Any environment that serves this image passes. Raises what loading the golden set raises.
    """
    facts = {
        "expect": {"image": found.image, "model": found.model.digest},
        "model": f"{found.model.name} {found.model.version}",
        "golden": found.golden.model_dump(),
        "revision": found.revision,
    }
    golden = golden_set_directory(settings, workspace, found.golden, found.revision)
    return write_kit(workspace.root, golden, facts, target)


def _stable(settings: Settings, workspace: Workspace, env: str, services: Services) -> Expected:
    hint = "make push, or IMAGE=repository@sha256:…, or ENV= with a stable release"
    what = "no image was pushed here that the kit could expect"
    try:
        stable = open_target(settings, workspace, env, services, PATIENCE).records.stable()
    except SeatrialError as error:
        raise UsageError(
            f"{what}, and the releases of {env} cannot be read: {error.message}", hint
        ) from error
    if not stable:
        raise UsageError(f"{what}, and {env} has no stable release", hint)
    digest = stable.reference.digest
    return Expected(stable.release, digest, stable.model, stable.golden, stable.revision)
