"""Settings of older versions."""

from __future__ import annotations

import pytest

from seatrial.errors import UsageError
from seatrial.settings import load
from seatrial.workspace import Workspace


@pytest.mark.parametrize("source", ["seatrial.toml", "variable"])
def test_the_present_name_of_a_renamed_section_is_in_the_hint(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """The section `clean` of older versions is called `prune`."""
    if source == "variable":
        monkeypatch.setenv("SEATRIAL_CLEAN__IMAGES", "3")
    else:
        path = workspace.root / source
        path.write_text(path.read_text() + "\n[clean]\nimages = 3\n")
    with pytest.raises(UsageError, match="setting clean: unknown section") as caught:
        load(workspace)
    assert caught.value.hint == "the section is called prune now ([prune], SEATRIAL_PRUNE__<KEY>)"
