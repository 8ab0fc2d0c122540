"""A checkout of its own for the tests' instance, in which a user brings models."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from seatrial.process import run
from seatrial.workspace import Workspace

# A build, the tests of the image and a release.
MAKE_SECONDS = 900
# Lint and the unit tests of the copied files have run in the checkout that they were copied from.
STAGES = "fetch validate build check push deploy accept"
CLOUD = ("local.toml", "kubeconfig", "secrets")


@dataclass(frozen=True)
class ModelCheckout:
    """A git repository with one commit, that of the files of another checkout."""

    workspace: Workspace

    def make(self, target: str, **variables: str | Path) -> tuple[int, str]:
        """Run a target with these variables, as a user types them; return the exit code and the output."""
        words = [f"{name}={value}" for name, value in variables.items()]
        words += [f"INSTANCE={self.workspace.instance}", "SETUP=", f"PIPELINE={STAGES}"]
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        done = run(
            ["make", "--no-print-directory", target, *words],
            timeout=MAKE_SECONDS,
            cwd=self.workspace.root,
            env={"PATH": path, "MAKEFLAGS": ""},
            check=False,
        )
        return done.code, done.output

    def shell(self, command: str) -> None:
        """Run a command that was printed for the user."""
        run(["sh", "-c", command], timeout=60, cwd=self.workspace.root)


def copy_checkout(source: Workspace, target: Path) -> ModelCheckout:
    """Copy the files that git tracks or would add, commit them, and use the instance of `source`."""
    listed = source.git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in listed:
        if name and (source.root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source.root / name, target / name)
    copied = Workspace(target, source.instance)
    copied.git("init", "-q")
    for key, value in (("user.name", "A Tester"), ("user.email", "tester@seatrial.test")):
        copied.git("config", key, value)
    copied.git("add", "--all")
    copied.git("commit", "-q", "-m", "The checkout of a user")
    copied.directory.mkdir(parents=True)
    for name in CLOUD:
        found = source.directory / name
        (shutil.copytree if found.is_dir() else shutil.copy2)(found, copied.directory / name)
    return ModelCheckout(Workspace(target, source.instance))
