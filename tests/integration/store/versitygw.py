"""Versity S3 Gateway, a real S3 service over a directory, built from its Go module once for each version."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from go_program import BuildError, GoProgram
from seatrial import wait

VERSION = "1.8.0"
PROGRAM = GoProgram("versitygw", VERSION, f"github.com/versity/versitygw/cmd/versitygw@v{VERSION}")
KEYS = {"aws_access_key_id": "tester", "aws_secret_access_key": "not-a-secret"}


def program() -> Path:
    """Return the program, which is built if the cache does not have it; fail the test if that fails."""
    try:
        return PROGRAM.path()
    except BuildError as error:
        pytest.fail(str(error), pytrace=False)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run the service on 127.0.0.1, with its objects in `folder`, and yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(program()), "--port", f"127.0.0.1:{port}", "--quiet", "posix", str(folder)]
    access = {"ROOT_ACCESS_KEY": KEYS["aws_access_key_id"], "ROOT_SECRET_KEY": KEYS["aws_secret_access_key"]}
    with subprocess.Popen(command, env={**os.environ, **access}, stdout=subprocess.DEVNULL) as process:
        try:
            wait.retry(
                lambda: socket.create_connection(("127.0.0.1", port), 1).close(),
                OSError,
                seconds=30,
                every=0.05,
            )
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)
