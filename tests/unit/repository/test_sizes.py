"""Tests that files and functions stay short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.repository.project import ROOT, tracked

FILE = 200
FUNCTION = 30


def too_long(text: str) -> Iterator[str]:
    """Return every function with more than FUNCTION lines of statements, its docstring not counted."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > FUNCTION:
                yield f"{node.name}: {lines} lines"


@pytest.mark.parametrize("path", tracked(".py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    """A file has fewer than 200 lines, a function at most 30."""
    text = path.read_text()
    assert len(text.splitlines()) < FILE
    assert list(too_long(text)) == []


def test_a_long_function_is_reported() -> None:
    """A function of 31 lines is reported, one of 30 is not."""
    assert list(too_long("def f():\n" + "    x = 1\n" * 31)) == ["f: 31 lines"]
    assert list(too_long("def f():\n" + "    x = 1\n" * 30)) == []


def test_no_module_has_a_name_without_meaning() -> None:
    """The name of a module describes its contents."""
    assert [
        path for path in tracked(".py") if path.stem in ("utils", "util", "helpers", "misc", "common")
    ] == []
