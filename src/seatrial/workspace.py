"""The checkout, the files of an instance, and the results that stages pass on."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from platformdirs import user_cache_path
from pydantic import ValidationError

from seatrial.atomic_files import write_atomically
from seatrial.errors import OutsideError, UsageError
from seatrial.git_errors import explain
from seatrial.git_tree import write_tree
from seatrial.process import run
from seatrial.results import StageResult

GIT_SECONDS = 60
DIRTY = "-dirty"
"""The end of the revision of a working tree that is not its commit."""
Result = TypeVar("Result", bound=StageResult)


class ResultNotFoundError(UsageError):
    """The stage has not run in this instance, so there is no result of it."""


@dataclass(frozen=True)
class Workspace:
    """A checkout and one instance in it."""

    root: Path
    instance: str = "dev"

    @property
    def directory(self) -> Path:
        """The files of the instance, `.seatrial/<instance>`."""
        return self.root / ".seatrial" / self.instance

    @property
    def lock(self) -> Path:
        """The path of model.lock."""
        return self.root / "model.lock"

    @property
    def cache(self) -> Path:
        """The cache directory, keyed by content: SEATRIAL_CACHE, or `seatrial` in the user's cache.

        Raises UsageError if the user has no home directory.
        """
        path = Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial"))
        if not path.is_absolute() and not os.environ.get("SEATRIAL_CACHE"):
            raise UsageError("this user has no home directory for the cache", "set SEATRIAL_CACHE=directory")
        return path

    @cached_property
    def prefix(self) -> str:
        """The path of this directory in its repository, with a final slash; empty at its root."""
        return self.git("rev-parse", "--show-prefix")

    @cached_property
    def commit(self) -> str:
        """The full SHA of HEAD. Raises UsageError if HEAD does not contain this directory."""
        if self.prefix and not self.git("ls-tree", "--name-only", "HEAD", "--", "seatrial.toml"):
            raise UsageError(
                f"no commit of the repository above has this directory, {self.prefix}",
                "git add it there and commit, or clone the repository of this project instead",
            )
        return self.git("rev-parse", "HEAD")

    @cached_property
    def working_state(self) -> str:
        """The git tree id of the working tree: untracked files included, ignored ones not, but model.lock."""
        return write_tree(self.git, self.root, self.lock)

    @cached_property
    def revision(self) -> str:
        """The commit, with the suffix DIRTY if the working tree differs from it."""
        clean = self.git("rev-parse", "HEAD^{tree}") == self.working_state
        return self.commit if clean else f"{self.commit}{DIRTY}"

    @cached_property
    def lock_digest(self) -> str:
        """`sha256:…` of model.lock, or of an empty file if there is none."""
        content = self.lock.read_bytes() if self.lock.exists() else b""
        return f"sha256:{hashlib.sha256(content).hexdigest()}"

    def git(self, *arguments: str, env: Mapping[str, str] | None = None, check: bool = True) -> str:
        """Run git in the checkout and return its stdout without surrounding whitespace.

        `env` is added to the environment. Raises UsageError for a known fault of the checkout, OutsideError
        if git is not installed, times out or fails otherwise; without `check` the output of a failed git is
        an empty string.
        """
        try:
            done = run(
                ["git", *arguments],
                timeout=GIT_SECONDS,
                cwd=self.root,
                env={"LC_ALL": "C", **(env or {})},
                check=check,
                separate_stderr=True,
            )
        except OutsideError as error:
            raise explain(error, self.root) from error
        return done.output.strip() if done.code == 0 else ""

    def write_result(self, result: StageResult) -> Path:
        """Write the result of a stage atomically and return its path."""
        target = self.directory / "run" / f"{result.stage}.json"
        write_atomically(target, result.model_dump_json(indent=2) + "\n")
        return target

    def read_result(self, kind: type[Result], *, current: bool = True) -> Result:
        """Return the result of an earlier stage.

        Raises ResultNotFoundError if the stage has not run, and UsageError if its file is not valid or (with
        `current`) it ran on another working state or lock than the present one.
        """
        stage = kind.model_fields["stage"].default
        path = self.directory / "run" / f"{stage}.json"
        try:
            result = kind.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise ResultNotFoundError(f"{stage} has not run here", f"run `make {stage}` first") from error
        except ValidationError as error:
            raise UsageError(
                f"{path.name} is not a valid result of {stage}", f"run `make {stage}` again"
            ) from error
        if current and (result.working_state, result.lock_digest) != (self.working_state, self.lock_digest):
            raise UsageError(
                f"the result of {stage} is of another working state or lock", f"run `make {stage}` again"
            )
        return result


def login_name() -> str:
    """Return the name of the user who runs this process. Raises UsageError if the system has none."""
    try:
        return getpass.getuser()
    # Before Python 3.13 it is a KeyError or an ImportError.
    except (OSError, KeyError, ImportError) as error:
        raise UsageError(
            f"the user with the number {os.getuid()} has no name here", "set USER=name"
        ) from error


def find(instance: str) -> Workspace:
    """Return the workspace of the current directory or the nearest parent that has a seatrial.toml.

    Raises UsageError outside a checkout of Seatrial, or if `instance` cannot be part of the names of
    containers and directories.
    """
    if not re.fullmatch(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?", instance):
        raise UsageError(f"{instance!r} is not a valid instance name", "use a-z, 0-9 and -, at most 20")
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "seatrial.toml").exists():
            return Workspace(folder, instance)
    raise UsageError("there is no seatrial.toml here or above", "run this in a checkout of Seatrial")
