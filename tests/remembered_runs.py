"""Runs a model in its confined subprocess once for each content, in all processes of a test.

For tests of stages, which run the same few models hundreds of times; each subprocess takes a third of
a second of processor time. What happens in it has tests of its own, in `tests/unit/seatrial/model`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pydantic import BaseModel

from seatrial.atomic_files import write_atomically
from seatrial.model.inference.alone import Output, run_module

USERS = (
    "seatrial.model.published.checks",
    "seatrial.model.inference.isolated",
    "seatrial.model.inference.card.run",
)


@contextmanager
def remembered_runs(folder: Path) -> Iterator[None]:
    """Keep what each subprocess prints in `folder`, and read it there if module, files and limits are equal.

    A run with a fault, or whose output has a path of its task, is not kept.
    """

    def run(module: str, task: BaseModel, *others: Any) -> Output:
        path = folder / _key(module, task)
        if not path.exists():
            output = run_module(module, task, *others)
            if output.fault or any(
                str(each) in line.decode() for each in _paths(task) for line in output.lines
            ):
                return output
            write_atomically(path, b"\n".join(output.lines).decode())
        return Output(path.read_bytes().splitlines())

    with ExitStack() as stack:
        for user in USERS:
            stack.enter_context(patch(f"{user}.run_module", run))
        yield


def _key(module: str, task: BaseModel) -> str:
    """Return a digest of the module, the task without its paths, and the files at these."""
    found = hashlib.sha256(module.encode())
    text = task.model_dump_json()
    for path in _paths(task):
        text = text.replace(str(path), "")
        for file in sorted(each for each in (path, *path.rglob("*")) if each.is_file()):
            found.update(f"\n{file.name} {file.stat().st_size} ".encode() + file.read_bytes())
    found.update(text.encode())
    return found.hexdigest()


def _paths(task: BaseModel) -> list[Path]:
    values = [each for _, value in task for each in (value if isinstance(value, tuple) else (value,))]
    return [each for each in values if isinstance(each, Path)]
