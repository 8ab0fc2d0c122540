"""Parse JSON strictly. An error names the file, the field, the expected and the found value."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard

from imagemodel.errors import CardError

LIMIT: Final = 1 << 20
"""The largest size of a `model.json` or `golden.json` in bytes."""

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
VERSION: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


def parse(raw: bytes, source: str, limit: int = LIMIT) -> "Fields":
    """Return the JSON object in `raw`.

    Raises CardError if `raw` is longer than `limit` bytes, is not a JSON object, or has a duplicate key.
    """
    if len(raw) > limit:
        raise CardError(f"{source}: {len(raw)} bytes, expected at most {limit}")
    try:
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CardError(
            f"{source} is not valid JSON: {error}", "write the card with imagemodel.seal.seal"
        ) from error
    if not isinstance(value, dict):
        raise CardError(f"{source}: expected a JSON object, found {_show(value)}")
    return Fields(value, source)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key in an object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _show(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "a deeply nested value"
    return text if len(text) <= 60 else text[:57] + "…"


class Fields:
    """The fields of one JSON object.

    Each method reads one field and raises CardError if its value is not of the expected kind.
    `refuse_unknown` then raises CardError for a field that no method has read.
    """

    def __init__(self, values: Mapping[str, Any], source: str, prefix: str = "") -> None:
        self._values = values
        self._source = source
        self._prefix = prefix
        self._known: set[str] = set()

    def error(self, field: str, expected: str) -> CardError:
        """Return the error for `field`: its path, the expected value and the found one."""
        found = _show(self._values[field]) if field in self._values else "nothing"
        return CardError(f"{self._source}: {self._prefix}{field}: expected {expected}, found {found}")

    def _take(self, field: str) -> Any:
        self._known.add(field)
        return self._values.get(field)

    def string(self, field: str, pattern: re.Pattern[str] | None = None, default: str | None = None) -> str:
        """Return a non-empty string of one line that fully matches `pattern`, if one is given."""
        if default is not None and field not in self._values:
            return default
        value = self._take(field)
        if not _is_line(value):
            raise self.error(field, "a string of one line")
        if pattern and not pattern.fullmatch(value):
            raise self.error(field, f"a string that matches {pattern.pattern}")
        return value

    def choice(self, field: str, *options: str) -> str:
        """Return a string that is one of `options`."""
        value = self._take(field)
        if not isinstance(value, str) or value not in options:
            raise self.error(field, " or ".join(options))
        return value

    def integer(self, field: str, least: int, most: int) -> int:
        """Return an integer from `least` to `most`."""
        value = self._take(field)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(field, f"an integer from {least} to {most}")
        return value

    def number(self, field: str, least: float = -1e9, most: float = 1e9) -> float:
        """Return a finite number from `least` to `most`."""
        value = self._take(field)
        if not _is_number(value) or not least <= value <= most:
            raise self.error(field, f"a number from {least:g} to {most:g}")
        return float(value)

    def numbers(self, field: str, count: int) -> tuple[float, ...]:
        """Return a list of `count` finite numbers."""
        value = self._take(field)
        if not isinstance(value, list) or len(value) != count or not all(map(_is_number, value)):
            raise self.error(field, f"a list of {count} numbers")
        return tuple(map(float, value))

    def strings(self, field: str) -> tuple[str, ...]:
        """Return a list of non-empty strings of one line."""
        value = self._take(field)
        if not isinstance(value, list) or not all(map(_is_line, value)):
            raise self.error(field, "a list of strings of one line")
        return tuple(value)

    def has(self, field: str) -> bool:
        """Return whether there is such a field."""
        return field in self._values

    def child(self, field: str) -> "Fields":
        """Return the fields of a nested object."""
        value = self._take(field)
        if not isinstance(value, dict):
            raise self.error(field, "an object")
        return Fields(value, self._source, f"{self._prefix}{field}.")

    def children(self, field: str) -> Sequence["Fields"]:
        """Return the fields of each object in a list of at least one object."""
        value = self._take(field)
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            raise self.error(field, "a list of one or more objects")
        return [Fields(row, self._source, f"{self._prefix}{field}[{i}].") for i, row in enumerate(value)]

    def names(self) -> list[str]:
        """Return the sorted names of all fields, for an object whose keys are data."""
        return sorted(self._values)

    def refuse_unknown(self) -> None:
        """Raise CardError for the first field that no method has read, such as a misspelt optional one."""
        for field in sorted(self._values.keys() - self._known):
            raise self.error(field, "one of the fields " + ", ".join(sorted(self._known)))


def _is_line(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
