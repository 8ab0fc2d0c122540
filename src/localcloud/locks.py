"""Mutual exclusion between commands, across processes and threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from localcloud.errors import LocalcloudError

# Longer than the slowest build may take.
LOCK_SECONDS = 4000


@contextmanager
def exclusive(
    path: Path, activity: str, seconds: float = LOCK_SECONDS, on_wait: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the lock file ``path``; the operating system releases it when the process ends.

    ``activity`` names what the holder does, in error texts and in the line that ``on_wait`` gets if the lock
    is held by another command. Raises LocalcloudError if it is still held after ``seconds``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        _acquire(lock, activity, seconds, on_wait)
    except Timeout as error:
        raise LocalcloudError(
            f"Another command has been {activity} for {seconds:g} s",
            f"stop it (fuser {path} prints its process id), then try again",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, activity: str, seconds: float, on_wait: Callable[[str], None] | None) -> None:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if on_wait:
            on_wait(f"waiting for another command that is {activity}")
        lock.acquire(timeout=seconds)
