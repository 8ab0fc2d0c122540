"""Strategies for input from outside: a valid document with mutations, in a good or a broken encoding."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator, MutableMapping, MutableSequence
from typing import Any, Final

import tomlkit
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Document = MutableMapping[str, Any] | MutableSequence[Any]
Encoder = Callable[[Any], str]
# `FUZZ_EXAMPLES=5000` at night; otherwise few examples, and the same ones in every run.
NIGHT: Final = int(os.environ.get("FUZZ_EXAMPLES", "0"))
FUZZ: Final = settings(
    max_examples=NIGHT or 50,
    derandomize=not NIGHT,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)

# What no encoder writes, by the string that stands for it in a document.
RAW: Final = {
    "@deep list@": "[" * 20_000 + "]" * 20_000,
    "@deep unclosed@": "[" * 100_000,
    "@deep object@": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "@digits@": "9" * 5_000,
    "@beyond float@": "1e999",
    "@duplicate@": '{"a": 1, "a": 2}',
}
NUMBERS: Final = (0, -1, 2**31, 2**63, 2**64, 10**25, 10**400, 0.5, 1e308, float("nan"), float("inf"))
TEXTS: Final = (
    "",
    " ",
    "\0",
    "\ud800",
    "\udcff",
    "\ufeff",
    "a\nb",
    "\x1b[2J",
    "\x9b2J",
    "\u202e",
    "..",
    "../x",
    "/x",
    "-x",
    "%00",
    "1",
    "true",
    "NaN",
    "sha256:",
    f"sha256:{'0' * 64}",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59+23:59",
    "2026-01-01T00:00:00",
    "x" * 70_000,
)
EMPTY: Final[tuple[Any, ...]] = (None, True, False, [], {}, [[]], [None], {"": None}, [{}], [1, "x"])
VALUES: Final = st.sampled_from([*NUMBERS, *TEXTS, *EMPTY, *RAW]) | st.text(max_size=8) | st.integers()


def as_json(document: Any) -> str:
    """Return a document as JSON with its characters as they are."""
    return json.dumps(document, ensure_ascii=False)


def as_escaped_json(document: Any) -> str:
    """Return a document as JSON in ASCII."""
    return json.dumps(document)


def as_toml(document: Any) -> str:
    """Return a document as TOML, or as JSON if TOML has no form for it."""
    try:
        return tomlkit.dumps(document)
    except (ValueError, TypeError, AttributeError):
        return as_json(document)


def as_lines(document: Any) -> str:
    """Return a list as text with a line for each element, or another document as it is printed."""
    return "\n".join(map(str, document)) if isinstance(document, list) else str(document)


def hostile_bytes(document: Document, *encoders: Encoder) -> st.SearchStrategy[bytes]:
    """Return a strategy of mutations of a valid document as bytes, and of bytes without any structure."""
    texts = st.builds(_encode, mutations(document), st.sampled_from(encoders))
    return _broken(texts) | st.binary(max_size=200)


@st.composite
def mutations(draw: st.DrawFn, document: Document) -> Any:
    """Draw a copy of a document with up to three changes at any depth, or another value in its place."""
    if draw(st.integers(0, 19)) == 0:
        return _drawn_value(draw)
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(changed))
        if places:
            draw(st.sampled_from(CHANGES))(draw, *draw(st.sampled_from(places)))
    return changed


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container in a document with each of its keys."""
    if isinstance(value, MutableMapping | MutableSequence):
        for key in list(value) if isinstance(value, MutableMapping) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _drop(draw: st.DrawFn, container: Any, key: Any) -> None:
    del container[key]


def _replace(draw: st.DrawFn, container: Any, key: Any) -> None:
    container[key] = _drawn_value(draw)


def _drawn_value(draw: st.DrawFn) -> Any:
    # A copy, so that a later change does not change the strategy.
    return copy.deepcopy(draw(VALUES))


def _retype(draw: st.DrawFn, container: Any, key: Any) -> None:
    value = container[key]
    container[key] = draw(st.sampled_from([str(value), [value], {"x": value}, {str(value)[:9]: value}]))


def _repeat(draw: st.DrawFn, container: Any, key: Any) -> None:
    if isinstance(container, MutableSequence):
        container.append(copy.deepcopy(container[key]))
    else:
        container[draw(st.sampled_from([*TEXTS[:12], "unknown"]))] = copy.deepcopy(container[key])


CHANGES: Final = (_drop, _replace, _replace, _retype, _repeat)


def _encode(document: Any, encoder: Encoder) -> str:
    text = encoder(document)
    for token, raw in RAW.items():
        text = text.replace(f'"{token}"', raw)
    return text


@st.composite
def _broken(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> bytes:
    """Draw a text as UTF-8, in four of ten cases in another encoding or damaged."""
    text = draw(texts)
    raw = text.encode(errors="surrogatepass")
    where = draw(st.integers(0, len(raw)))
    damaged = (
        b"\xef\xbb\xbf" + raw,
        text.encode("utf-16", errors="surrogatepass"),
        text.encode("latin-1", errors="replace"),
        raw[:where],
        raw[:where] + b"\0" + raw[where:],
        raw[:where] + b"\xff" + raw[where + 1 :],
        raw[:where] + draw(st.binary(max_size=8)) + raw[where:],
        raw + raw,
    )
    return draw(st.sampled_from([raw] * 12 + list(damaged)))
