"""A directory is what its card says, or it is refused."""

import os
from pathlib import Path

import pytest

from imagemodel.card import load_card
from imagemodel.errors import CardError, ImageModelError, VerifyError
from imagemodel.verify import verify


def test_a_whole_model_is_taken(model_directory: Path) -> None:
    """What was sealed verifies, with and without the digest that is expected."""
    card = load_card(model_directory)
    assert verify(model_directory) == verify(model_directory, card.digest) == card


def test_another_digest_is_refused(model_directory: Path) -> None:
    """A whole model that is not the one asked for is refused."""
    with pytest.raises(VerifyError, match=r"model\.json: expected sha256:0000"):
        verify(model_directory, "sha256:" + "0" * 64)


def flip(directory: Path) -> None:
    """Change one bit, and not the size."""
    path = directory / "model.onnx"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def cut(directory: Path) -> None:
    """Lose the last byte."""
    os.truncate(directory / "model.onnx", (directory / "model.onnx").stat().st_size - 1)


def lose(directory: Path) -> None:
    """Lose a file."""
    (directory / "labels.txt").unlink()


def add(directory: Path) -> None:
    """Gain a file."""
    (directory / "weights.bin").write_bytes(b"x")


def nest(directory: Path) -> None:
    """Gain a directory."""
    (directory / "more").mkdir()


def link(directory: Path) -> None:
    """Turn a file into a link to the same bytes elsewhere."""
    target = directory.parent / "elsewhere"
    (directory / "labels.txt").rename(target)
    (directory / "labels.txt").symlink_to(target)


def link_card(directory: Path) -> None:
    """Turn the card into a link to the same bytes elsewhere."""
    target = directory.parent / "elsewhere"
    (directory / "model.json").rename(target)
    (directory / "model.json").symlink_to(target)


def pipe(directory: Path) -> None:
    """Turn a file into a pipe that nobody writes to."""
    (directory / "labels.txt").unlink()
    os.mkfifo(directory / "labels.txt")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("spoil", "file", "reason"),
    [
        (flip, "model.onnx", "expected sha256"),
        (cut, "model.onnx", "bytes, found"),
        (lose, "labels.txt", "missing"),
        (add, "weights.bin", "not named"),
        (nest, "more", "not named"),
        (link, "labels.txt", "symbolic link"),
        (link_card, "model.json", "symbolic link"),
        (pipe, "labels.txt", "plain file"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_a_spoilt_model_is_refused_naming_the_file(model_directory, spoil, file, reason) -> None:
    """Whatever differs from the card is refused in one line with the file, the reason and the cure."""
    spoil(model_directory)
    with pytest.raises(VerifyError, match=reason) as error:
        verify(model_directory)
    assert error.value.message.startswith(str(model_directory / file))
    assert error.value.hint


def test_a_card_that_is_a_lie_is_refused_before_any_file_is_read(model_directory) -> None:
    """A card that names a file outside its directory never gets it opened."""
    text = (model_directory / "model.json").read_text()
    (model_directory / "model.json").write_text(text.replace('"labels.txt"', '"../labels.txt"'))
    with pytest.raises(CardError, match="files"):
        verify(model_directory)


def test_a_directory_that_is_none_is_refused(tmp_path) -> None:
    """A path with nothing there is an error of ours, not the system's."""
    with pytest.raises(ImageModelError, match=r"model\.json"):
        verify(tmp_path / "nothing")
