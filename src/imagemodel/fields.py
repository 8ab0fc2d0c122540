"""Read JSON strictly, so that an error names the file, the field and what was expected there."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from imagemodel.errors import CardError

LIMIT: Final = 1 << 20
"""Bytes. A description of this size is none: the largest golden set stays far below."""

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
VERSION: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")


def parse(raw: bytes, source: str) -> "Fields":
    """Return the JSON object in `raw`; CardError if it is too long, malformed, or says a key twice."""
    if len(raw) > LIMIT:
        raise CardError(f"{source}: {len(raw)} bytes, expected at most {LIMIT}")
    try:
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CardError(f"{source}: not JSON: {error}", "write it anew with imagemodel.card.seal") from error
    if not isinstance(value, dict):
        raise CardError(f"{source}: expected a JSON object, found {_show(value)}")
    return Fields(value, source)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")


def _show(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


class Fields:
    """One JSON object being read: each field is asked for once, and what nobody asked for is refused."""

    def __init__(self, values: Mapping[str, Any], source: str, where: str = "") -> None:
        self._values = values
        self._source = source
        self._where = where
        self._asked: set[str] = set()

    def wrong(self, field: str, expected: str) -> CardError:
        """Return the error that says where `field` stands, what it holds and what was expected."""
        found = f"found {_show(self._values[field])}" if field in self._values else "it is missing"
        return CardError(f"{self._source}: {self._where}{field}: expected {expected}, {found}")

    def _take(self, field: str) -> Any:
        self._asked.add(field)
        return self._values.get(field)

    def text(self, field: str, pattern: re.Pattern[str] | None = None, default: str | None = None) -> str:
        """Return a string of one line, wholly matching `pattern` where one is given."""
        if default is not None and field not in self._values:
            return default
        value = self._take(field)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.wrong(field, "a text of one line")
        if pattern and not pattern.fullmatch(value):
            raise self.wrong(field, f"a text like {pattern.pattern}")
        return value

    def choice(self, field: str, *options: str) -> str:
        """Return a string that is one of `options`."""
        value = self._take(field)
        if not isinstance(value, str) or value not in options:
            raise self.wrong(field, " or ".join(options))
        return value

    def integer(self, field: str, least: int, most: int) -> int:
        """Return an integer between `least` and `most`, both included."""
        value = self._take(field)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(field, f"a whole number from {least} to {most}")
        return value

    def number(self, field: str, least: float = -1e9, most: float = 1e9) -> float:
        """Return a finite number between `least` and `most`, both included."""
        value = self._take(field)
        if not _is_number(value) or not least <= value <= most:
            raise self.wrong(field, f"a number from {least:g} to {most:g}")
        return float(value)

    def numbers(self, field: str, count: int) -> tuple[float, ...]:
        """Return exactly `count` finite numbers."""
        value = self._take(field)
        if not isinstance(value, list) or len(value) != count or not all(map(_is_number, value)):
            raise self.wrong(field, f"a list of {count} numbers")
        return tuple(map(float, value))

    def table(self, field: str) -> "Fields":
        """Return the object that stands under `field`."""
        value = self._take(field)
        if not isinstance(value, dict):
            raise self.wrong(field, "an object")
        return Fields(value, self._source, f"{self._where}{field}.")

    def rows(self, field: str) -> Sequence["Fields"]:
        """Return the objects of the list that stands under `field`, at least one."""
        value = self._take(field)
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            raise self.wrong(field, "a list of one or more objects")
        return [Fields(row, self._source, f"{self._where}{field}[{i}].") for i, row in enumerate(value)]

    def names(self) -> list[str]:
        """Return the names of the fields there are, for objects whose keys are data."""
        return sorted(self._values)

    def close(self) -> None:
        """Refuse the first field that nobody asked for: a typing error must not pass in silence."""
        for field in sorted(self._values.keys() - self._asked):
            raise self.wrong(field, "no such field (" + ", ".join(sorted(self._asked)) + ")")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
