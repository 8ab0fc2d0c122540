"""Files and functions stay short enough to be read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.repository.project import ROOT, tracked

FILE = 200
FUNCTION = 30


def too_long(text: str) -> Iterator[str]:
    """Name every function whose statements, docstring aside, take more than FUNCTION lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > FUNCTION:
                yield f"{node.name}: {lines} lines"


@pytest.mark.parametrize("path", tracked(".py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    """Under 200 lines a file; past that a collaborator wants its own."""
    text = path.read_text()
    assert len(text.splitlines()) < FILE
    assert list(too_long(text)) == []


def test_a_long_function_is_seen() -> None:
    """The ruler itself has been seen refusing."""
    assert list(too_long("def f():\n" + "    x = 1\n" * 31)) == ["f: 31 lines"]
    assert list(too_long("def f():\n" + "    x = 1\n" * 30)) == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    """A name says what is in a file."""
    assert [
        path for path in tracked(".py") if path.stem in ("utils", "util", "helpers", "misc", "common")
    ] == []
