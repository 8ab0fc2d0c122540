"""What every model of the zoo is validated with: a checkout whose base commit locks a good model."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import colours
import digits
import samples
from seatrial.errors import RefusedError
from seatrial.model.locks.lock import Lock, write_lock
from seatrial.settings import Pod, Settings, Validate
from seatrial.stages.publish import publish
from seatrial.stages.validate import examine_directories
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

Kind = Literal["digits", "colours"]
# The good models take 1 ms and 20 MiB.
LIMITS: Final = Validate(max_milliseconds=100)
POD: Final = Pod(memory_mb=300)


@dataclass(frozen=True)
class Base:
    """Photos, and a checkout and a store with the live model that the others are compared with."""

    folder: Path
    settings: Settings
    workspace: Workspace
    evaluation: Path | None

    def failed(self, model: Path, *, sampled: bool) -> list[str]:
        """Return the failed checks of a model directory, or why it could not be published.

        With `sampled` it is judged on the evaluation set too, which takes longer.
        """
        own, golden, sample = replace(self.workspace), self.folder / "golden", self.evaluation
        try:
            _, found = examine_directories(
                self.settings, own, SERVICES, model, golden, sample if sampled else None
            )
        except RefusedError as error:
            return [f"files: {error.message}"]
        return [f"{check.name}: {check.detail}" for check in found.checks if not check.passed]


@contextmanager
def bases() -> Iterator[dict[Kind, Base]]:
    """Prepare both kinds in a temporary directory, with a cache of their own."""
    kept = os.environ.get("SEATRIAL_CACHE")
    with tempfile.TemporaryDirectory(prefix="seatrial-zoo-") as folder:
        os.environ["SEATRIAL_CACHE"] = f"{folder}/cache"
        try:
            yield {"digits": _digits(Path(folder) / "digits"), "colours": _colours(Path(folder) / "colours")}
        finally:
            if kept is None:
                del os.environ["SEATRIAL_CACHE"]
            else:
                os.environ["SEATRIAL_CACHE"] = kept


def _digits(folder: Path) -> Base:
    digits.write_model(folder / "live")
    digits.write_golden(folder / "golden")
    digits.write_evaluation(folder / "evaluation")
    return _base(folder, folder / "evaluation")


def _colours(folder: Path) -> Base:
    colours.write_model(folder / "live")
    samples.write_golden(folder / "golden")
    return _base(folder, None)


def _base(folder: Path, evaluation: Path | None) -> Base:
    store = samples.make_settings(url=(folder / "store").as_uri())
    settings = store.model_copy(update={"validation": LIMITS, "pod": POD})
    workspace = samples.make_checkout(folder / "checkout")
    done = publish(
        settings, workspace, model=folder / "live", golden=folder / "golden", evaluation=evaluation
    )
    lock = Lock.model_validate({"model": done.model, "golden": done.golden, "evaluation": done.evaluation})
    write_lock(workspace.lock, lock)
    git = ["git", "-C", str(workspace.root), "-c", "user.name=A", "-c", "user.email=a@seatrial.test"]
    for arguments in (["add", "model.lock"], ["commit", "-q", "-m", "Lock the live model"]):
        subprocess.run([*git, *arguments], check=True, timeout=60)
    return Base(folder, settings, replace(workspace), evaluation)
