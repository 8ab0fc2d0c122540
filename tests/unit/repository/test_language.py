"""Tests of the project's language: the glossary is complete, and no banned word occurs."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from unit.repository.project import ROOT, tracked

REFERENCE = ROOT / "docs" / "reference"
# Files that are generated or recorded, or that contain the banned words on purpose.
EXEMPT = (
    "LICENSE",
    "docs/reference/banned-words.txt",
    "requirements/*.txt",
    "src/seatrial/model/photo_sets/imagenet-synsets.txt",
    "tests/fixtures/*",
    "tests/unit/repository/test_language.py",
    "*/go.sum",
    "*/package-lock.json",
    "*/requirements.txt",
)


@cache
def banned_words() -> dict[str, tuple[str, ...]]:
    """Read banned-words.txt: each expression with the paths where it is allowed."""
    lines = (REFERENCE / "banned-words.txt").read_text().splitlines()
    rows = (line.partition("  except ") for line in lines if line and not line.startswith("#"))
    return {expression: tuple(paths.split()) for expression, _, paths in rows}


@cache
def matcher(allowed: frozenset[str]) -> re.Pattern[str]:
    """Return one expression for all banned words except those in `allowed`."""
    words = "|".join(word for word in banned_words() if word not in allowed)
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


def allowed_in(path: str) -> frozenset[str]:
    """Return the banned words that the list allows in a file."""
    return frozenset(
        word for word, paths in banned_words().items() if any(fnmatch(path, pattern) for pattern in paths)
    )


def separate(text: str) -> str:
    """Separate the words of identifiers by spaces."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text)


def scan(path: str, text: str) -> list[str]:
    """Return `path:line: word` for each banned word in a file; line 0 is the path itself."""
    body, expression = f"{path}\n{text}", matcher(allowed_in(path))
    found = {
        (form.count("\n", 0, match.start()), match.group())
        for form in (body, separate(body))
        for match in expression.finditer(form)
    }
    return [f"{path}:{number}: {word}" for number, word in sorted(found)]


def is_exempt(path: str) -> bool:
    """Return whether a file is not scanned."""
    return any(fnmatch(path, pattern) for pattern in EXEMPT)


def product_words() -> list[str]:
    """Read product-words.txt."""
    return (REFERENCE / "product-words.txt").read_text().splitlines()


def glossary() -> dict[str, str]:
    """Read the glossary: each word with its meaning, in the page's order."""
    rows = re.findall(r"^\| ([a-z -]+) \| (.+) \|$", (REFERENCE / "glossary.md").read_text(), re.MULTILINE)
    return {word: meaning for word, meaning in rows if word != "word"}


def test_the_glossary_has_one_entry_for_each_product_word() -> None:
    """The glossary and the list of product words contain the same words."""
    assert list(glossary()) == product_words()


def test_the_glossary_is_in_alphabetical_order() -> None:
    """A reader finds a word without searching."""
    assert product_words() == sorted(set(product_words()))


@pytest.mark.parametrize("word", product_words())
def test_a_glossary_entry_is_one_or_two_sentences(word: str) -> None:
    """An entry explains its word in one or two sentences."""
    assert len(re.findall(r"\.(?= |$)", glossary()[word])) in (1, 2)


def test_the_readme_links_to_the_glossary() -> None:
    """A reader of the README can look up the words it uses."""
    assert "(docs/reference/glossary.md)" in (ROOT / "README.md").read_text()


def test_no_banned_word_occurs() -> None:
    """Code, tests, messages and documentation use the field's words only."""
    names = {path: path.relative_to(ROOT).as_posix() for path in tracked()}
    texts = {name: read(path) for path, name in names.items() if not is_exempt(name)}
    assert [line for name, text in texts.items() for line in scan(name, text)] == []


def read(path: Path) -> str:
    """Return the text of a file; a binary file has none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize(
    ("planted", "word"),
    [
        ("# The deployer is told to wait.", "told"),
        ("def find_stranger() -> None:", "stranger"),
        ("class StrangerError(Exception):", "Stranger"),
        ("print('Whoever waits')", "Whoever"),
        ("limit = old_promise", "promise"),
        ("# The cure is below.", "cure"),
    ],
)
def test_a_planted_word_is_reported_with_its_file_and_line(planted: str, word: str) -> None:
    """The scanner names file, line and word, also inside an identifier."""
    assert f"src/seatrial/example.py:2: {word}" in scan("src/seatrial/example.py", f"ok\n{planted}\n")


def test_a_banned_path_is_reported() -> None:
    """The name of a file is scanned like its text."""
    assert scan("tests/test_a_stranger.py", "") == ["tests/test_a_stranger.py:0: stranger"]


def test_a_word_is_allowed_where_the_list_allows_it() -> None:
    """Documentation may contain the word for a guarantee, and code the field `verdicts`."""
    assert scan("docs/explanation/page.md", "a promise to users") == []
    assert scan("src/seatrial/example.py", "if record.verdicts is None: print('Cure: this')") == []
    assert scan("src/seatrial/example.py", "a deadline, a handler, unfolding pacemakers") == []
