"""The files that `python -m examples.digits` writes."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from examples.digits.__main__ import main
from examples.digits.data import LABELS


def test_it_writes_a_network_its_labels_and_a_folder_for_each_label(tmp_path: Path) -> None:
    """The photos for a golden set are three of each digit; the sample has the held-out digits."""
    assert main([str(tmp_path / "digits")]) == 0
    onnx.checker.check_model(onnx.load(tmp_path / "digits" / "digits.onnx"))
    assert (tmp_path / "digits" / "labels.txt").read_text().split() == list(LABELS)
    photos = [path.parent.name for path in (tmp_path / "digits" / "photos").rglob("*.png")]
    assert sorted(photos) == sorted(LABELS * 3)
    assert len(list((tmp_path / "digits" / "sample").rglob("*.png"))) == 1100
    assert "CC-BY-4.0" in (tmp_path / "digits" / "photos" / "LICENSE").read_text()


def test_an_unwritable_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line names the file and the reason."""
    (tmp_path / "file").touch()
    assert main([str(tmp_path / "file" / "digits")]) == 30
    assert "Not a directory" in capsys.readouterr().err
