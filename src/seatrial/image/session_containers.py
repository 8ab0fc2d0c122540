"""The containers of the tests of a built image, which a killed test run leaves behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docker.errors import NotFound
from filelock import FileLock, Timeout

from seatrial import console
from seatrial.errors import OutsideError, UsageError
from seatrial.image.docker_client import engine_errors
from seatrial.workspace import Workspace

# With the session as its value; tests/app_container.py sets it.
LABEL = "seatrial.tests"
VARIABLE = "SEATRIAL_TEST_SESSION"


@contextmanager
def image_test_session(client: Any, workspace: Workspace) -> Iterator[str]:
    """Yield the session of the tests of an instance; however the block ends, it has no containers then.

    Those that a killed session left are removed first. Raises UsageError if another command runs the tests
    of the instance, OutsideError if the engine fails before the block.
    """
    session = hashlib.sha256(f"{workspace.root}:{workspace.instance}".encode()).hexdigest()[:16]
    with _only_one(workspace):
        _remove(client, session)
        try:
            yield session
        finally:
            _try_to_remove(client, session)


@contextmanager
def _only_one(workspace: Workspace) -> Iterator[None]:
    # The system releases the lock of a process that was killed.
    path = workspace.directory / "run" / ".check.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise UsageError(
            f"another check of the instance {workspace.instance} is running",
            "wait for its end, or use another instance: --instance, INSTANCE= with make",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _try_to_remove(client: Any, session: str) -> None:
    # An engine that fails must not hide why the tests ended.
    try:
        _remove(client, session)
    except OutsideError as error:
        console.line(f"check: {error.message}: the next check removes its containers")


def _remove(client: Any, session: str) -> None:
    with engine_errors("removing the containers of the image tests"):
        filters = {"label": f"{LABEL}={session}"}
        for container in client.containers.list(all=True, filters=filters, ignore_removed=True):
            try:
                container.remove(force=True, v=True)
            except NotFound:
                continue
