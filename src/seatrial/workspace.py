"""Where things stand: the checkout, an instance's files, the results that stages hand on."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from seatrial.errors import UsageError
from seatrial.process import run
from seatrial.results import StageResult

Result = TypeVar("Result", bound=StageResult)


@dataclass(frozen=True)
class Workspace:
    """A checkout and one instance in it."""

    root: Path
    instance: str = "dev"

    @property
    def directory(self) -> Path:
        """The instance's own files, `.seatrial/<instance>`."""
        return self.root / ".seatrial" / self.instance

    @property
    def lock(self) -> Path:
        """The model and golden set that this commit ships."""
        return self.root / "model.lock"

    @property
    def cache(self) -> Path:
        """What may be thrown away at any time, outside the checkout and keyed by content."""
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(os.environ.get("SEATRIAL_CACHE") or Path(home) / "seatrial")

    @cached_property
    def commit(self) -> str:
        """The full sha of HEAD."""
        return _git(self.root, "rev-parse", "HEAD")

    @cached_property
    def working_state(self) -> str:
        """The git tree id of the working tree as it is, untracked files included."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            _git(self.root, "read-tree", "HEAD", env=index)
            _git(self.root, "add", "--all", env=index)
            return _git(self.root, "write-tree", env=index)

    @cached_property
    def revision(self) -> str:
        """The commit, with `-dirty` behind it where the working tree is another."""
        clean = _git(self.root, "rev-parse", "HEAD^{tree}") == self.working_state
        return self.commit if clean else f"{self.commit}-dirty"

    @cached_property
    def lock_digest(self) -> str:
        """`sha256:…` of model.lock, or of nothing where there is none yet."""
        content = self.lock.read_bytes() if self.lock.exists() else b""
        return f"sha256:{hashlib.sha256(content).hexdigest()}"

    def write_result(self, result: StageResult) -> Path:
        """Write a stage's result for the next stage, whole or not at all."""
        target = self.directory / "run" / f"{result.stage}.json"
        write_atomically(target, result.model_dump_json(indent=2) + "\n")
        return target

    def read_result(self, kind: type[Result], *, current: bool = True) -> Result:
        """Read the result of an earlier stage.

        Raises UsageError when the stage has not run, its file is not valid, or (with `current`)
        it ran on another working state or lock than these.
        """
        stage = kind.model_fields["stage"].default
        path = self.directory / "run" / f"{stage}.json"
        try:
            result = kind.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise UsageError(f"{stage} has not run here", f"run `make {stage}` first") from error
        except ValidationError as error:
            raise UsageError(f"{path.name} is no result of {stage}", f"run `make {stage}` again") from error
        if current and (result.working_state, result.lock_digest) != (self.working_state, self.lock_digest):
            raise UsageError(
                f"the result of {stage} is of another working state or lock", f"run `make {stage}` again"
            )
        return result


def find(instance: str) -> Workspace:
    """Return the workspace around the current folder.

    Raises UsageError outside a checkout of Seatrial, or where the instance's name could not name
    containers and folders.
    """
    if not re.fullmatch(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?", instance):
        raise UsageError(f"{instance!r} is no name for an instance", "use a-z, 0-9 and -, at most 20")
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "seatrial.toml").exists():
            return Workspace(folder, instance)
    raise UsageError("there is no seatrial.toml here or above", "run this inside a checkout of Seatrial")


def write_atomically(target: Path, text: str, mode: int = 0o644) -> None:
    """Write a text file whole or not at all, making its folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _git(root: Path, *words: str, env: dict[str, str] | None = None) -> str:
    return run(["git", *words], timeout=60, cwd=root, env=env, separate_stderr=True).output.strip()
