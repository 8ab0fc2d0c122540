"""Containers that one command of an instance starts, and removes however it ends."""

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


@contextmanager
def owned_containers(client: Any, workspace: Workspace, command: str, label: str) -> Iterator[str]:
    """Yield the value that `label` has on the containers of this command; at the end there are none.

    Those that a killed command left are removed first. Raises UsageError if the same command runs in this
    instance, OutsideError if the engine fails before the block.
    """
    owner = hashlib.sha256(f"{workspace.root}:{workspace.instance}".encode()).hexdigest()[:16]
    with _only_one(workspace, command):
        _remove(client, command, f"{label}={owner}")
        try:
            yield owner
        finally:
            _try_to_remove(client, command, f"{label}={owner}")


@contextmanager
def _only_one(workspace: Workspace, command: str) -> Iterator[None]:
    # The system releases the lock of a process that was killed.
    path = workspace.directory / "run" / f".{command}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise UsageError(
            f"another {command} of the instance {workspace.instance} is running",
            "wait for its end, or use another instance: --instance, INSTANCE= with make",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _try_to_remove(client: Any, command: str, selector: str) -> None:
    # An engine that fails must not hide why the command ended.
    try:
        _remove(client, command, selector)
    except OutsideError as error:
        console.line(f"{command}: {error.message}: the next {command} removes its containers")


def _remove(client: Any, command: str, selector: str) -> None:
    with engine_errors(f"removing the containers of {command}"):
        filters = {"label": selector}
        for container in client.containers.list(all=True, filters=filters, ignore_removed=True):
            try:
                container.remove(force=True, v=True)
            except NotFound:
                continue
