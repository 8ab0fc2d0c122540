"""publish on a model whose weights are in a second file."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from networks import network, write_model
from samples import reseal
from seatrial.errors import RefusedError
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace


def test_weights_in_a_second_file_are_refused_with_the_command_that_joins_them(
    settings: Settings, workspace: Workspace, tmp_path: Path
) -> None:
    """The error names the command, because the network needs the file."""
    folder = tmp_path / "model"
    write_model(folder, 3)
    onnx.save_model(
        network(3),
        folder / "model.onnx",
        save_as_external_data=True,
        location="weights.md",
        size_threshold=0,
    )
    reseal(folder)
    with pytest.raises(RefusedError, match="outside the file; `make card` joins the weights into one"):
        publish(settings, workspace, model=folder)
