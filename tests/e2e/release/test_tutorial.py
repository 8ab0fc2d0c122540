"""The commands of the tutorial, as a user types them, in a checkout of their own."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from e2e.release.model_checkout import ModelCheckout, copy_checkout
from seatrial.process import run
from seatrial.workspace import Workspace

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[3] / "docs" / "tutorial" / "your-model.md"
COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)
ADDRESS = re.compile(r"http://([\d.]+)/")


@pytest.fixture
def checkout(workspace: Workspace, tmp_path: Path) -> ModelCheckout:
    """A checkout with the virtual environment of this one."""
    copied = copy_checkout(workspace, tmp_path / "checkout")
    (copied.workspace.root / ".venv").symlink_to(Path(sys.prefix))
    return copied


def typed(checkout: ModelCheckout, command: str, address: str) -> str:
    """Run a command of the page and return its output."""
    if command.startswith("make "):
        target, *words = shlex.split(command)[1:]
        code, output = checkout.make(target, **dict(word.split("=", 1) for word in words))
        assert code == 0, f"{command}: {output[-3000:]}"
        return output
    command = command.replace("ADDRESS", address)
    env = {"SEATRIAL_INSTANCE": checkout.workspace.instance}
    return run(["sh", "-c", command], timeout=120, cwd=checkout.workspace.root, env=env).output


def test_every_command_of_the_tutorial_works(checkout: ModelCheckout) -> None:
    """From the exporter's files to a stable release, and to the answer that the page describes."""
    output = address = ""
    for command in COMMAND.findall(PAGE.read_text()):
        output = typed(checkout, command, address)
        if found := ADDRESS.search(output):
            address = found[1]
    answer = json.loads(output)
    assert (answer["model"]["name"], answer["model"]["version"]) == ("digits", "1.0.0")
    assert answer["predictions"][0]["label"] == "seven"
    assert len(answer["predictions"]) == 3
