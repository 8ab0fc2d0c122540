"""The source files that a Python file needs of this project, found by its imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOTS = ("src", "tests")


def needed_files(root: Path, start: Iterable[Path]) -> list[Path]:
    """Return files of a checkout and all that they import when they are loaded, directly or not, sorted.

    Imports inside functions are not followed: they are for what the file does elsewhere. A module brings the
    directory `templates` beside it, whose files it renders.
    """
    found: set[Path] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            found.update(_templates(path))
            waiting += [each for name in _imports(path) for each in _files_of(root, name)]
    return sorted(found)


def _templates(path: Path) -> Iterator[Path]:
    yield from (each for each in (path.parent / "templates").rglob("*") if each.is_file())


def _imports(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(root: Path, name: str) -> Iterator[Path]:
    """Yield the file of a module of this project, and the `__init__.py` of each package above it."""
    parts = name.split(".")
    for top in ROOTS:
        for count in range(1, len(parts) + 1):
            place = root.joinpath(top, *parts[:count])
            yield from (each for each in (place.with_suffix(".py"), place / "__init__.py") if each.is_file())
