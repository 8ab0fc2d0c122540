"""The differences between the label files of two models, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal

Kind = Literal["added at the end", "added", "dropped", "renamed", "moved"]
SHOWN: Final = 5

# A label that occurs more than once, such as `crane` in ImageNet, is followed by its occurrence.
_Key = tuple[str, int]


@dataclass(frozen=True)
class LabelChange:
    """One label that differs: the lines (from 1; 0: none) and the texts before and after."""

    kind: Kind
    old_line: int
    new_line: int
    old: str
    new: str

    def __str__(self) -> str:
        """Return it as in `line 2: 'cat' is now 'dog'`."""
        if self.kind == "renamed":
            return f"line {self.new_line}: {self.old!r} is now {self.new!r}"
        if self.kind == "moved":
            return f"{self.new!r} from line {self.old_line} to {self.new_line}"
        if self.kind == "dropped":
            return f"line {self.old_line}: {self.old!r} is missing"
        return f"line {self.new_line}: {self.new!r} is new"


def label_changes(old: Sequence[str], new: Sequence[str]) -> tuple[LabelChange, ...]:
    """Return every difference, in the order of the lines; none if the files have the same labels."""
    before, after = _keys(old), _keys(new)
    was = {key: line for line, key in enumerate(before, 1)}
    now = {key: line for line, key in enumerate(after, 1)}
    pairs = enumerate(zip_longest(before, after), 1)
    return tuple(change for line, pair in pairs for change in _at_line(line, *pair, was, now))


def _at_line(
    line: int, left: _Key | None, right: _Key | None, was: Mapping[_Key, int], now: Mapping[_Key, int]
) -> Iterator[LabelChange]:
    if left == right:
        return
    gone = left[0] if left and left not in now else ""
    fresh = right[0] if right and right not in was else ""
    if gone and fresh:
        yield LabelChange("renamed", line, line, gone, fresh)
    elif gone:
        yield LabelChange("dropped", line, 0, gone, "")
    elif fresh:
        yield LabelChange("added" if left else "added at the end", 0, line, "", fresh)
    if right and not fresh:
        yield LabelChange("moved", was[right], line, right[0], right[0])


def summary(changes: Iterable[LabelChange]) -> str:
    """Return the number of changes of each kind, and the first of those that are not `added at the end`."""
    found = list(changes)
    counts = Counter(change.kind for change in found)
    shown = [str(change) for change in found if change.kind != "added at the end"]
    total = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    rest = f"; and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return "; ".join((total, *shown[:SHOWN])) + rest


def _keys(labels: Sequence[str]) -> list[_Key]:
    seen: Counter[str] = Counter()
    keys = []
    for label in labels:
        keys.append((label, seen[label]))
        seen[label] += 1
    return keys
