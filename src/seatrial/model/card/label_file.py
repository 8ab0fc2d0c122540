"""Read a label file as exporters and people write it, one label a line in the order of the classes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from seatrial.errors import RefusedError, UsageError

MAX_BYTES: Final = 64 << 20
MAX_LABEL: Final = 1000
"""Characters of one label."""

_ENCODINGS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SYNSET: Final = re.compile(r"n\d{8}[\s,:]+(?P<label>\S.*)")
_NUMBERED: Final = re.compile(r"(?P<number>\d+)[\s,:]+(?P<label>\S.*)")
# Directional formatting: a label with it can show another text than it has.
_DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Labels:
    """The label of each class, all different, and what was changed in the file, a sentence each."""

    names: tuple[str, ...]
    changes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The labels as `labels.txt`."""
        return "".join(f"{name}\n" for name in self.names)


def read_labels(path: Path) -> Labels:
    """Return the labels in the file at `path`.

    A byte order mark, carriage returns and blank last lines are removed, control characters become spaces,
    and a WordNet id or the number of the class before each label is cut off. Of equal labels each gets the
    number of its class, ``crane (class 134)``. Raises UsageError if there is no such file, RefusedError if a
    line has no label, or the file is not UTF-8 or UTF-16 text.
    """
    changes: list[str] = []
    lines = _lines(_text(path, changes), changes)
    names = _cleaned(lines, path, changes)
    names = _without_prefix(names, _synset_labels(names), "the WordNet id", changes)
    names = _without_prefix(names, _numbered_labels(names), "the number", changes)
    return Labels(tuple(_unique(names, path, changes)), tuple(changes))


def require_map_labels(labels: Labels, found: Sequence[str], file: str) -> None:
    """Raise RefusedError if the network has these labels itself (`found`), in another order than the file."""
    if sorted(found) == sorted(labels.names) and list(found) != list(labels.names):
        line = next(n for n, (a, b) in enumerate(zip(found, labels.names, strict=True), 1) if a != b)
        raise RefusedError(
            f"{file}: line {line} is {labels.names[line - 1]!r}, in the network it is {found[line - 1]!r}",
            "pass the label file that was exported with this network",
        )


def _text(path: Path, changes: list[str]) -> str:
    if not path.is_file():
        raise UsageError(f"LABELS: {path} is not a file", "pass a text file with one label a line")
    raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    encoding = next((name for mark, name in _ENCODINGS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RefusedError(
            f"{path}: line {line} is not {encoding.removesuffix('-sig').upper()}", "save the file as UTF-8"
        ) from error
    if not text.strip():
        raise RefusedError(f"{path} has no labels, or more than {MAX_BYTES >> 20} MB", "pass a label file")
    if encoding != "utf-8":
        changes.append(
            "removed a byte order mark" if encoding == "utf-8-sig" else "converted UTF-16 to UTF-8"
        )
    return text


def _lines(text: str, changes: list[str]) -> list[str]:
    if "\r" in text:
        changes.append("removed carriage returns")
    # Not splitlines(): a separator such as U+2028 inside a label does not end it.
    lines = re.split(r"\r\n|\n|\r", text)
    lines = lines[:-1] if not lines[-1] else lines
    last = len(lines)
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) != last:
        changes.append(f"removed {last - len(lines)} blank last line{'s' * (last - len(lines) > 1)}")
    return lines


def _cleaned(lines: Sequence[str], path: Path, changes: list[str]) -> list[str]:
    names = [" ".join("".join(" " if _is_control(each) else each for each in line).split()) for line in lines]
    for number, name in enumerate(names, start=1):
        if not name:
            raise RefusedError(f"{path}: line {number} has no label", "write a label, or remove the line")
        if len(name) > MAX_LABEL:
            raise RefusedError(
                f"{path}: line {number} has {len(name)} characters", "pass a text file with one label a line"
            )
    changed = [
        n for n, (line, name) in enumerate(zip(lines, names, strict=True), 1) if line.strip(" ") != name
    ]
    if changed:
        changes.append(f"replaced control characters and repeated spaces in {_which(changed)}")
    return names


def _is_control(character: str) -> bool:
    return character in _DIRECTIONS or unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs", "Cn", "Co")


def _synset_labels(names: Sequence[str]) -> list[str]:
    return [found["label"] for found in map(_SYNSET.fullmatch, names) if found]


def _numbered_labels(names: Sequence[str]) -> list[str]:
    found = [
        each
        for index, each in enumerate(map(_NUMBERED.fullmatch, names))
        if each and each["number"] == str(index)
    ]
    kept = [each["label"] for each in found]
    # Not the numbers of `0 points` and `1 points`, which are the labels.
    return kept if len(set(kept)) == len(kept) else []


def _without_prefix(names: list[str], kept: list[str], what: str, changes: list[str]) -> list[str]:
    """Return `kept`, the labels without a prefix, if all of them have it."""
    if len(kept) != len(names):
        return names
    changes.append(f"cut off {what} before each label")
    return kept


def _unique(names: list[str], path: Path, changes: list[str]) -> list[str]:
    classes = defaultdict[str, list[int]](list)
    for index, name in enumerate(names):
        classes[name].append(index)
    unique = [name if len(classes[name]) == 1 else f"{name} (class {i})" for i, name in enumerate(names)]
    repeated = [i for each in classes.values() if len(each) > 1 for i in each]
    if len(set(unique)) != len(unique):
        raise RefusedError(
            f"{path}: equal labels in {_which([i + 1 for i in repeated])}", "give each class another label"
        )
    if repeated:
        shown = ", ".join(repr(unique[i]) for i in repeated[:2])
        changes.append(f"added the number of the class to {len(repeated)} equal labels: {shown}")
    return unique


def _which(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:5]))
    return f"line{'s' * (len(lines) > 1)} {shown}{' …' * (len(lines) > 5)}"
