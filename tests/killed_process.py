"""Runs work in a process that is killed, with SIGKILL, at a chosen step of its work.

A step is a change in given directories (a file opened for writing, a rename, link, removal or new
directory), or a request over HTTP. A process that is killed after it opened a file leaves half of it.
Run as a program, this module is the server that forks such a process for each order, so that Python and
the stages are loaded only once.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"}
REQUEST = "http.client.send"
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
SECONDS = 60


@dataclass
class Killer:
    """Starts killed processes; `process` is the server."""

    process: subprocess.Popen[str]

    def run(self, work: str, *, at: int, within: list[Path], **arguments: Any) -> bool:
        """Run `module:function` with these arguments; return whether it ended before step `at` (0 and up).

        Otherwise it is killed before that step. Raises AssertionError with its traceback if it fails by
        itself.
        """
        order = {"work": work, "at": at, "within": [str(each) for each in within]}
        texts = {name: str(value) for name, value in arguments.items()}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({**order, "arguments": texts}) + "\n")
        self.process.stdin.flush()
        code, log = json.loads(self.process.stdout.readline())
        assert code in (0, -signal.SIGKILL), log
        return bool(code == 0)


@contextmanager
def killer(*modules: str) -> Iterator[Killer]:
    """Start a server that has loaded these modules."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, __file__, *modules]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield Killer(process)
        assert process.stdin
        process.stdin.close()
        process.wait(SECONDS)


def _serve() -> None:
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            _be_killed(json.loads(line), write)
        os.close(write)
        with os.fdopen(read) as log:
            text = log.read()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), text]) + "\n")
        sys.stdout.flush()


def _be_killed(order: dict[str, Any], log: int) -> None:
    module, name = order["work"].split(":")
    work = getattr(importlib.import_module(module), name)
    steps, opened = 0, ""

    def step(path: str) -> None:
        nonlocal steps, opened
        if steps == order["at"]:
            _halve(opened)
            os.kill(os.getpid(), signal.SIGKILL)
        steps, opened = steps + 1, path

    def hook(event: str, values: tuple[Any, ...]) -> None:
        if _is_step(event, values, order["within"]):
            step(os.fsdecode(values[0]) if event == "open" else "")

    signal.alarm(SECONDS)
    sys.addaudithook(hook)
    try:
        work(**order["arguments"])
        # The end is a step too: the last write may be the one that is interrupted.
        step("")
    except BaseException:
        os.write(log, traceback.format_exc()[-3000:].encode())
        os._exit(1)
    os._exit(0)


def _is_step(event: str, values: tuple[Any, ...], within: list[str]) -> bool:
    if event == REQUEST:
        return True
    changes = event in CHANGES or (event == "open" and bool(values[2] & WRITING))
    paths = [os.fsdecode(each) for each in values[:2] if isinstance(each, str | bytes | os.PathLike)]
    return changes and any(path.startswith(tuple(within)) for path in paths)


def _halve(path: str) -> None:
    if path and (file := Path(path)).exists():
        os.truncate(file, file.stat().st_size // 2)


if __name__ == "__main__":
    for preloaded in sys.argv[1:]:
        importlib.import_module(preloaded)
    _serve()
