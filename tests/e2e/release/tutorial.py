"""The commands of the tutorial's page, as its reader types them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from e2e.release.model_checkout import ModelCheckout
from seatrial.process import run

PAGE: Final = Path(__file__).parents[3] / "docs" / "tutorial" / "your-model.md"
COMMAND: Final = re.compile(r"^\$ (.+)$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"http://([\d.]+)/")
_SECONDS: Final = 120


@dataclass
class Reader:
    """A reader of the tutorial in a checkout; `address` is the last one that was printed."""

    checkout: ModelCheckout
    address: str = field(default="", init=False)

    def type(self, command: str) -> str:
        """Run a command of the page and return its output."""
        output = self._made(command) if command.startswith("make ") else self._run(command)
        if found := _ADDRESS.search(output):
            self.address = found[1]
        return output

    def _made(self, command: str) -> str:
        target, *words = shlex.split(command)[1:]
        code, output = self.checkout.make(target, **dict(word.split("=", 1) for word in words))
        assert code == 0, f"{command}: {output[-3000:]}"
        return output

    def _run(self, command: str) -> str:
        workspace = self.checkout.workspace
        command = command.replace("ADDRESS", self.address)
        env = {"SEATRIAL_INSTANCE": workspace.instance}
        return run(["sh", "-c", command], timeout=_SECONDS, cwd=workspace.root, env=env).output
