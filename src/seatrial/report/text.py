"""Text from a model or a photo list, made safe to read: its length, and what a terminal or a page acts on."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 120
# What GitHub or Azure Repos turns into a mention, a reference or a link, wherever it stands in a text.
_LINKS: Final = re.compile(r"@|[#!](?=\d)|(?<=:)//|(?<=\bwww)\.|(?<=\bGH)-", re.IGNORECASE)
_BREAK: Final = "\u200b"


def shown(text: str, longest: int = LONGEST) -> str:
    """Return the text in at most `longest` characters, with unprintable characters as escapes."""
    # One more than can be shown, so that a longer text is known as such.
    printable = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text[: longest + 1]
    )
    return printable if len(printable) <= longest else f"{printable[: longest - 1]}…"


def without_links(text: str) -> str:
    """Return the text so that GitHub and Azure Repos neither notify a person of it nor link to anything.

    It breaks mentions, references and URLs with a space of no width.
    """
    return _LINKS.sub(lambda found: found.group()[:1] + _BREAK + found.group()[1:], text)
