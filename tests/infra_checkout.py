"""A checkout after `make infra-up`, with stand-ins for OpenTofu's state and for the GitHub CLI.

Nothing exists in Azure here, so `tofu output -json` prints a recorded document: the real program's output for
the outputs of infra/, with ids of choice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from git_command import git
from github_settings_cli import GitHubSettings, write_program
from shipped_settings import shipped

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "tests" / "fixtures" / "infra" / "outputs.json"
TOFU = """#!/bin/sh
echo "$*" >> {folder}/tofu.log
cat {folder}/outputs.json
cat {folder}/tofu.err >&2
exit "$(cat {folder}/tofu.code)"
"""


@dataclass(frozen=True)
class InfraCheckout:
    """A directory with a checkout, the programs of its user in `bin`, and what they have recorded."""

    folder: Path

    @property
    def root(self) -> Path:
        """The checkout."""
        return self.folder / "checkout"

    @property
    def github(self) -> GitHubSettings:
        """What GitHub has."""
        return GitHubSettings(self.folder / "bin" / "gh.json")

    @property
    def settings(self) -> str:
        """The text of seatrial.toml."""
        return (self.root / "seatrial.toml").read_text()

    def change(self, **values: Any) -> None:
        """Set what GitHub has: repository, form, environments, faults."""
        state = self.github
        state.values.update(values)
        state.save()

    def outputs(self, text: str, code: int = 0, error: str = "") -> None:
        """Set what `tofu output` prints, and its exit code."""
        (self.folder / "outputs.json").write_text(text)
        (self.folder / "tofu.code").write_text(str(code))
        (self.folder / "tofu.err").write_text(error)

    def seatrial(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of seatrial in the checkout, with no other programs than the stand-ins and git."""
        path = f"{self.folder / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
        env = {"PATH": path, "HOME": str(self.folder), "PYTHONPATH": str(ROOT / "src"), **environment}
        argv = [sys.executable, "-m", "seatrial", *words]
        return subprocess.run(
            argv, cwd=self.root, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    def calls(self, *first: str) -> list[list[str]]:
        """Return the calls of gh that begin with these words."""
        return [call for call in self.github.values["calls"] if call[: len(first)] == list(first)]


def infra_checkout(folder: Path) -> InfraCheckout:
    """Return a checkout whose `origin` is Acme/Seatrial at GitHub, and whose infra/ exists in Azure."""
    found = InfraCheckout(folder)
    (found.root / "infra").mkdir(parents=True)
    (folder / "bin").mkdir()
    (found.root / "seatrial.toml").write_text(shipped((ROOT / "seatrial.toml").read_text()))
    git(found.root, "init", "-q")
    git(found.root, "remote", "add", "origin", "https://github.com/acme/seatrial.git")
    write_program(folder / "bin")
    found.github.save()
    program = folder / "bin" / "tofu"
    program.write_text(TOFU.format(folder=folder))
    program.chmod(0o755)
    found.outputs(RECORDED.read_text())
    return found


def recorded() -> dict[str, Any]:
    """Return the recorded outputs: name to value."""
    return {name: output["value"] for name, output in json.loads(RECORDED.read_text()).items()}
