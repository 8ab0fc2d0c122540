"""Fixtures: a checkout after infra-up, whose commands run in this process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

import seatrial.github_command
from github_settings_cli import GhError
from infra_checkout import InfraCheckout, infra_checkout
from seatrial.cli import main
from seatrial.errors import OutsideError
from seatrial.process import CompletedCommand
from seatrial.process import run as real_run


@dataclass(frozen=True)
class FastCheckout(InfraCheckout):
    """The same commands without a process for each: a command makes 40 calls of gh.

    `test_processes.py` has the real processes.
    """

    patch: pytest.MonkeyPatch
    output: pytest.CaptureFixture[str]

    def seatrial(self, *words: str, **environment: str) -> CompletedProcess[str]:
        """Run a command of seatrial in the checkout."""
        self.output.readouterr()
        with self.patch.context() as patch:
            patch.chdir(self.root)
            patch.setenv("PATH", f"{self.folder / 'bin'}:/usr/bin:/bin")
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["seatrial", *words])
            patch.setattr(seatrial.github_command, "run", self.run)
            with pytest.raises(SystemExit) as ended:
                main()
        captured = self.output.readouterr()
        return CompletedProcess(words, int(ended.value.code or 0), captured.out, captured.err)

    def run(self, argv: Sequence[str], **options: Any) -> CompletedCommand:
        """Run a command as `seatrial.process.run` does; gh is done here."""
        if argv[0] != "gh":
            return real_run(argv, **options)
        state = self.github
        repository = options["env"]["GH_REPO"]
        try:
            return CompletedCommand(0, state.do(list(argv[1:]), options["stdin"] or "", repository))
        except GhError as error:
            raise OutsideError(f"gh {argv[1]} exited with {error.code}", log=str(error)) from error
        finally:
            state.save()


@pytest.fixture
def checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> FastCheckout:
    """A checkout whose GitHub has neither variables nor environments."""
    return FastCheckout(infra_checkout(tmp_path).folder, monkeypatch, capsys)
