"""Verification of a model directory against its card."""

import json
import os
from pathlib import Path

import pytest

from imagemodel.card import load_card
from imagemodel.errors import CardError, ImageModelError, VerifyError
from imagemodel.seal import seal
from imagemodel.verify import verify


def test_sealed_model_is_verified(model_directory: Path) -> None:
    """A sealed model passes, with and without an expected digest."""
    card = load_card(model_directory)
    assert verify(model_directory) == verify(model_directory, card.digest) == card


def test_other_digest_is_refused(model_directory: Path) -> None:
    """A valid model with another digest than the expected one raises VerifyError."""
    with pytest.raises(VerifyError, match=r"model\.json: expected sha256:0000"):
        verify(model_directory, "sha256:" + "0" * 64)


def flip_bit(directory: Path) -> None:
    """Change one bit of a file."""
    path = directory / "model.onnx"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def truncate(directory: Path) -> None:
    """Remove the last byte of a file."""
    os.truncate(directory / "model.onnx", (directory / "model.onnx").stat().st_size - 1)


def remove_file(directory: Path) -> None:
    """Remove a file."""
    (directory / "labels.txt").unlink()


def add_file(directory: Path) -> None:
    """Add a file."""
    (directory / "weights.bin").write_bytes(b"x")


def add_directory(directory: Path) -> None:
    """Add a directory."""
    (directory / "more").mkdir()


def link_file(directory: Path) -> None:
    """Replace a file by a symbolic link to the same bytes."""
    target = directory.parent / "elsewhere"
    (directory / "labels.txt").rename(target)
    (directory / "labels.txt").symlink_to(target)


def link_card(directory: Path) -> None:
    """Replace the card by a symbolic link to the same bytes."""
    target = directory.parent / "elsewhere"
    (directory / "model.json").rename(target)
    (directory / "model.json").symlink_to(target)


def replace_by_pipe(directory: Path) -> None:
    """Replace a file by a named pipe without a writer."""
    (directory / "labels.txt").unlink()
    os.mkfifo(directory / "labels.txt")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("change", "file", "reason"),
    [
        (flip_bit, "model.onnx", "expected sha256"),
        (truncate, "model.onnx", "bytes, found"),
        (remove_file, "labels.txt", "missing"),
        (add_file, "weights.bin", "not named"),
        (add_directory, "more", "not named"),
        (link_file, "labels.txt", "symbolic link"),
        (link_card, "model.json", "symbolic link"),
        (replace_by_pipe, "labels.txt", "not a regular file"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_changed_directory_raises_error_with_file_and_hint(model_directory, change, file, reason) -> None:
    """Each difference from the card raises VerifyError with the file, the reason and a hint."""
    change(model_directory)
    with pytest.raises(VerifyError, match=reason) as error:
        verify(model_directory)
    assert error.value.message.startswith(str(model_directory / file))
    assert error.value.hint


def test_card_with_path_outside_directory_is_refused(model_directory) -> None:
    """A card that names a file outside its directory raises CardError before any file is opened."""
    text = (model_directory / "model.json").read_text()
    (model_directory / "model.json").write_text(text.replace('"labels.txt"', '"../labels.txt"'))
    with pytest.raises(CardError, match="files"):
        verify(model_directory)


def test_missing_directory_raises_error_with_path(tmp_path) -> None:
    """A missing directory raises ImageModelError, not OSError."""
    with pytest.raises(ImageModelError, match=r"model\.json"):
        verify(tmp_path / "nothing")


def test_a_file_that_a_killed_seal_left_is_no_part_of_the_model(model_directory: Path) -> None:
    """The next seal removes the temporary file of a card instead of listing it."""
    description = json.loads((model_directory / "model.json").read_text())
    description.pop("files")
    before = load_card(model_directory)
    (model_directory / ".abcdefg1.part").write_text("half a card")
    assert seal(model_directory, description) == before
    assert not (model_directory / ".abcdefg1.part").exists()
