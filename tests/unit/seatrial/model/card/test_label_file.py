"""A label file as exporters and people write it becomes one label a line, each of them once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile_documents import FUZZ, as_lines, hostile_bytes
from imagemodel.classifier import load_labels
from seatrial.errors import RefusedError, UsageError
from seatrial.model.card.label_file import Labels, read_labels, require_map_labels


def read(folder: Path, content: bytes) -> Labels:
    """Read a file with this content."""
    (folder / "labels").write_bytes(content)
    return read_labels(folder / "labels")


@pytest.mark.parametrize(
    ("content", "names", "change"),
    [
        (b"red\nblue\n", ["red", "blue"], None),
        (b"red\nblue", ["red", "blue"], None),
        (b"\xef\xbb\xbfred\nblue\n", ["red", "blue"], "removed a byte order mark"),
        ("red\nblue\n".encode("utf-16"), ["red", "blue"], "converted UTF-16 to UTF-8"),
        (b"red\r\nblue\r\n", ["red", "blue"], "removed carriage returns"),
        (b"red\rblue\r", ["red", "blue"], "removed carriage returns"),
        (b"red\nblue\n\n", ["red", "blue"], "removed 1 blank last line"),
        (b"red\nblue\n \n\t\n", ["red", "blue"], "removed 2 blank last lines"),
        (b"red\x00\n\x1b[2Jblue\n", ["red", "[2Jblue"], "in lines 1, 2"),
        (b"pale\tred\nblue\n", ["pale red", "blue"], "in line 1"),
        ("pale\u2028red\n\u202eblue\n".encode(), ["pale red", "blue"], "in lines 1, 2"),
        (
            b"n01440764 tench, Tinca tinca\nn01443537 goldfish\n",
            ["tench, Tinca tinca", "goldfish"],
            "WordNet",
        ),
        (b"n01440764,tench\nn01443537,goldfish\n", ["tench", "goldfish"], "WordNet"),
        (b"n01440764\nn01443537\n", ["n01440764", "n01443537"], None),
        (b"n01440764 tench\nother\n", ["n01440764 tench", "other"], None),
        (b"0 red\n1 blue\n", ["red", "blue"], "the number before each label"),
        (b"0: red\n1: blue\n", ["red", "blue"], "the number before each label"),
        (b"0 points\n1 points\n", ["0 points", "1 points"], None),
        (b"1 red\n2 blue\n", ["1 red", "2 blue"], None),
        (b"0\n1\n", ["0", "1"], None),
        ("سگ\u200cها\nキツネ\n".encode(), ["سگ\u200cها", "キツネ"], None),
    ],
)
def test_each_line_becomes_a_label(
    tmp_path: Path, content: bytes, names: list[str], change: str | None
) -> None:
    """What exporters add is removed, and named; letters of any script stay."""
    found = read(tmp_path, content)
    assert list(found.names) == names
    assert len(found.changes) == (change is not None)
    assert (change or "") in "".join(found.changes)


def test_equal_labels_get_the_number_of_their_class(tmp_path: Path) -> None:
    """ImageNet's two cranes stay two classes."""
    found = read(tmp_path, b"n02012849 crane\nn01440764 tench\nn03126707 crane\n")
    assert found.names == ("crane (class 0)", "tench", "crane (class 2)")
    assert "added the number of the class to 2 equal labels" in found.changes[-1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no labels"),
        (b"\n\n", "has no labels"),
        (b"red\n\nblue\n", "line 2 has no label"),
        (b"red\n\x00\nblue\n", "line 2 has no label"),
        (b"red\nblau\xdf\n", "line 2 is not UTF-8"),
        (b"red\n" + b"x" * 1001, "line 2 has 1001 characters"),
        (b"red\nred\nred (class 0)\n", "equal labels in lines 1, 2"),
    ],
)
def test_a_line_without_a_label_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """The error names the line."""
    with pytest.raises(RefusedError, match=words):
        read(tmp_path, content)


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(UsageError, match=r"LABELS: .*nothing is not a file"):
        read_labels(tmp_path / "nothing")


@FUZZ
@given(
    raw=hostile_bytes(["tench, Tinca tinca", "crane", "crane", "n01440764 x", "0 y"], as_lines) | st.binary()
)
def test_any_file_is_read_by_the_app_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """The labels of a file that is accepted are those that the app reads, and differ."""
    folder = tmp_path_factory.mktemp("labels")
    try:
        found = read(folder, raw)
    except RefusedError:
        return
    (folder / "labels.txt").write_text(found.text, encoding="utf-8")
    assert load_labels(folder / "labels.txt", len(found.names)) == list(found.names)
    assert len(set(found.names)) == len(found.names)


def test_labels_in_another_order_than_the_networks_own_are_refused() -> None:
    """A label file of another training is noticed where the network has its labels in a map."""
    labels = Labels(("red", "blue"), ())
    require_map_labels(labels, ("red", "blue"), "labels.txt")
    require_map_labels(labels, (), "labels.txt")
    require_map_labels(labels, ("rot", "blau"), "labels.txt")
    with pytest.raises(RefusedError, match="line 1 is 'red', in the network it is 'blue'"):
        require_map_labels(labels, ("blue", "red"), "labels.txt")
