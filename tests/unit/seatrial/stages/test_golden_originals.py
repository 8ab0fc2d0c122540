"""golden: the originals that a table names for its variants."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import photo
from seatrial.errors import RefusedError
from seatrial.model.artefacts import EVALUATION_SET
from seatrial.model.photo_sets.create import SetRequest
from seatrial.settings import Settings
from seatrial.stages.golden import golden
from seatrial.workspace import Workspace


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a.png,red,b.png\nb.png,red,a.png\n", r"a\.png: its original b\.png is itself a variant"),
        ("a.png,red,c.png\nc.png,blue,\n", r"a\.png: red, but its original c\.png: blue"),
        ("a.png,red,elsewhere.png\nc.png,blue,elsewhere.png\n", r"c\.png: blue, but .* a\.png: red"),
    ],
)
def test_wrong_original_is_a_fault_of_the_table(
    settings: Settings, workspace: Workspace, model: Path, tmp_path: Path, rows: str, message: str
) -> None:
    """The error names the photos as the user does, and not the model, which is right; nothing is written."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, label, side in (("a", "red", 20), ("b", "red", 30), ("c", "blue", 20)):
        (photos / f"{name}.png").write_bytes(photo(label, side, "PNG"))
    (photos / "photos.csv").write_text(f"file,label,original\n{rows}")
    request = SetRequest(photos / "photos.csv", model, tmp_path / "out" / "sample", EVALUATION_SET)
    with pytest.raises(RefusedError, match=message) as raised:
        golden(settings, workspace, request)
    assert "column original" in raised.value.hint
    assert not request.out.exists()
    assert not request.page.exists()
