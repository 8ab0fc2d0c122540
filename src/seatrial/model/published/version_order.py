"""The order of version numbers, as far as they have one."""

from __future__ import annotations

import re
from typing import Final

# Other versions, such as a commit's hash, have no order.
_NUMBERED: Final = re.compile(r"v?\d+([._-]\d+)*([._-][A-Za-z][A-Za-z0-9]*)*", re.ASCII)
_PART: Final = re.compile(r"\d+|[A-Za-z]+")
# 1.0-rc1 is before 1.0, and that before 1.0.1.
_WORD, _END, _NUMBER = range(3)


def is_newer(version: str, than: str) -> bool:
    """Return whether a version number is higher than another; False if one of them is no version number."""
    if not (_NUMBERED.fullmatch(version) and _NUMBERED.fullmatch(than)):
        return False
    return _order(version) > _order(than)


def _order(version: str) -> list[tuple[int, int, str]]:
    parts = _PART.findall(version.removeprefix("v"))
    keys = [(_NUMBER, int(part), "") if part.isdigit() else (_WORD, 0, part) for part in parts]
    return [*keys, (_END, 0, "")]
