"""What goes wrong on the live address: a commit that fails there alone, a deployer that is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from integration.workflows.conftest import git
from seatrial.wait import until

# Before the switch nothing requests the live name, and `deploy` needs a few answers of it.
REQUESTS_BEFORE = 10
FAULTY = '''"""WSGI entry point, which the server calls once."""

from __future__ import annotations

import itertools
import os

from flask import Flask, Response, request

from classifier.app import create_app
from classifier.config import load_config


def application() -> Flask:
    """Return the app, which fails its predictions at the name @HOST@."""
    app, requests = create_app(load_config(os.environ)), itertools.count(1)

    @app.before_request
    def fail() -> Response | None:
        """Fail all predictions but the first."""
        live = request.path == "/predict" and request.host.partition(":")[0] == "@HOST@"
        return Response(status=500) if live and next(requests) > @BEFORE@ else None

    return app
'''
# The image job of a run takes minutes.
START_SECONDS = 600


def commit_fault(repository: Path, host: str) -> None:
    """Commit an app that passes every check before the switch, and fails at the live name."""
    source = FAULTY.replace("@HOST@", host).replace("@BEFORE@", str(REQUESTS_BEFORE))
    (repository / "src/classifier/wsgi.py").write_text(source)
    git("-C", str(repository), "commit", "-q", "-am", "A fault that only users meet")


@contextmanager
def killed(command: str, folder: Path) -> Iterator[list[int]]:
    """Kill the command of seatrial (SIGKILL) that a job below `folder` runs, once its suite has started.

    Yields the process ids that were killed, which is empty until then.
    """
    found: list[int] = []

    def kill() -> None:
        process = until(
            f"the suite of {command}", lambda: _suite_of(command, folder), START_SECONDS, every=0.1
        )
        found.append(process.pid)
        for each in (process, *process.children(recursive=True)):
            each.kill()

    watcher = threading.Thread(target=kill, daemon=True)
    watcher.start()
    yield found
    watcher.join(timeout=1)


def _suite_of(command: str, folder: Path) -> psutil.Process | None:
    """Return the process of a command below a folder if it has started a child: the suite."""
    for process in psutil.process_iter():
        try:
            words = process.cmdline()[1:4]
            own = words[1:2] == [command] and Path(process.cwd()).is_relative_to(folder)
            if own and words[0].endswith("seatrial") and process.children():
                return process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return None
