"""The class that a user's word for a label means: a label of the model, or an id of ImageNet's synsets."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

from seatrial.errors import UsageError
from seatrial.model.photo_sets.wording import SHOWN, shortened

SYNSETS: Final = "imagenet-synsets.txt"
_ID: Final = re.compile(r"n\d{8}")


class ClassNames:
    """The labels of a model, by index, and the words that mean one of them."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)

    def indices(self, words: Iterable[str]) -> dict[str, int]:
        """Return the class of each word.

        A word is a label, whatever the case and whether with blanks or underscores; the part of a label
        before its first comma; or the id of a synset of ImageNet (n01440764) whose names are a label. Raises
        UsageError with the words that mean no class, or several, and with the labels that are near.
        """
        found = {word: self._matching(word) for word in dict.fromkeys(words)}
        unclear = {word: matches for word, matches in found.items() if len(matches) != 1}
        if unclear:
            raise self._error(unclear, len(found))
        return {word: matches[0] for word, matches in found.items()}

    def _matching(self, word: str) -> list[int]:
        if exact := self._exact.get(word):
            return exact
        if _ID.fullmatch(word):
            return self._of_synset(word)
        return self._forms.get(_form(word), [])

    def _of_synset(self, word: str) -> list[int]:
        by_label = [index for index, label in enumerate(self.labels) if label.split(" ")[0] == word]
        if by_label or word not in _synsets():
            return by_label
        number, names = _synsets()[word]
        if self._has_imagenet_order:
            return [number]
        forms = (_form(names), *map(_form, names.split(", ")))
        return next((self._forms[form] for form in forms if form in self._forms), [])

    @cached_property
    def _has_imagenet_order(self) -> bool:
        """Whether at least half of the labels are a name of the synset with the same number."""
        if len(self.labels) != len(_synsets()):
            return False
        pairs = zip(self.labels, _synsets().values(), strict=True)
        same = sum(_form(label) in map(_form, (names, *names.split(", "))) for label, (_, names) in pairs)
        return same >= len(self.labels) / 2

    @cached_property
    def _exact(self) -> Mapping[str, list[int]]:
        return _grouped((label, index) for index, label in enumerate(self.labels))

    @cached_property
    def _forms(self) -> Mapping[str, list[int]]:
        whole = _grouped((_form(label), index) for index, label in enumerate(self.labels))
        first = _grouped((_form(label.split(",")[0]), index) for index, label in enumerate(self.labels))
        return {**first, **whole}

    def _error(self, unclear: Mapping[str, list[int]], words: int) -> UsageError:
        # The search for near labels takes long, so only those that are shown are described.
        shown = [self._describe(*pair) for pair in list(unclear.items())[:SHOWN]]
        return UsageError(
            f"{len(unclear)} of {words} labels of the photos are not one label of the model: "
            f"{shortened([*shown, *list(unclear)[SHOWN:]])}",
            "name them as in labels.txt of the model",
        )

    def _describe(self, word: str, matches: list[int]) -> str:
        if matches:
            lines = ", ".join(str(index + 1) for index in matches[:SHOWN])
            return f"{word!r} is in lines {lines} of labels.txt"
        near = get_close_matches(_form(word), self._forms, n=3)
        labels = ", ".join(repr(self.labels[self._forms[form][0]]) for form in near)
        return f"{word!r} (near: {labels})" if near else f"{word!r}"


def _form(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFC", text)).strip().casefold()


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for key, index in pairs:
        groups[key].append(index)
    return dict(groups)


@cache
def _synsets() -> Mapping[str, tuple[int, str]]:
    """Return the number and the names of each synset of ImageNet's 1000 classes, by its id."""
    text = (files("seatrial.model.photo_sets") / SYNSETS).read_text(encoding="utf-8")
    rows = (line.split(" ", 1) for line in text.splitlines())
    return {identifier: (number, names) for number, (identifier, names) in enumerate(rows)}
