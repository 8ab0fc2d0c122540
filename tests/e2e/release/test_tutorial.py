"""The commands of the tutorial, as a user types them, in a checkout of their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from e2e.release.model_checkout import ModelCheckout, copy_checkout
from e2e.release.tutorial import COMMAND, PAGE, Reader
from seatrial.workspace import Workspace

pytestmark = pytest.mark.long


@pytest.fixture
def checkout(workspace: Workspace, tmp_path: Path) -> ModelCheckout:
    """A checkout with the virtual environment of this one."""
    copied = copy_checkout(workspace, tmp_path / "checkout")
    (copied.workspace.root / ".venv").symlink_to(Path(sys.prefix))
    return copied


def test_every_command_of_the_tutorial_works(checkout: ModelCheckout) -> None:
    """From the exporter's files to a stable release, and to the answer that the page describes."""
    reader, output = Reader(checkout), ""
    for command in COMMAND.findall(PAGE.read_text()):
        output = reader.type(command)
    answer = json.loads(output)
    assert (answer["model"]["name"], answer["model"]["version"]) == ("digits", "1.0.0")
    assert answer["predictions"][0]["label"] == "seven"
    assert len(answer["predictions"]) == 3
