"""Lists in the messages of one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SHOWN: Final = 5


def shortened(items: Sequence[str], separator: str = "; ") -> str:
    """Return the first SHOWN items in one line, and the number of the others."""
    more = f"{separator}and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return separator.join(items[:SHOWN]) + more


def counted_noun(number: int, noun: str) -> str:
    """Return a number and a noun in its singular or plural, as in `1 photo` or `2 photos`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
