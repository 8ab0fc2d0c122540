"""The local cloud's ports matter only where a part of it is in use."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from seatrial.doctor.resources import uses_local_cloud
from seatrial.settings import load
from seatrial.workspace import Workspace

FILE = '[golden]\nname = "g"\n[image]\nbase = "b"\n[environments]\n'
LOCAL = '[store]\nurl = "az://a/b"\n[registry]\naddress = "r:5000"\n[cluster]\ncontext = "kind"\n'
PARTS = ("STORE__URL", "REGISTRY__ADDRESS", "CLUSTER__CONTEXT")


@pytest.mark.parametrize("elsewhere", list(product([True, False], repeat=3)))
@pytest.mark.parametrize("local", [LOCAL, ""])
def test_ports_matter_unless_every_part_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: tuple[bool, bool, bool], local: str
) -> None:
    """A part without a setting is one that `make up` would start."""
    workspace = Workspace(tmp_path)
    workspace.directory.mkdir(parents=True)
    (tmp_path / "seatrial.toml").write_text(FILE)
    (workspace.directory / "local.toml").write_text(local)
    for name, given in zip(PARTS, elsewhere, strict=True):
        if given:
            monkeypatch.setenv(f"SEATRIAL_{name}", "else.where")
    assert uses_local_cloud(load(workspace), workspace) == (not all(elsewhere))
