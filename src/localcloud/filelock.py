"""One command at a time, across processes and threads."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from localcloud.errors import LocalcloudError

LOCK_SECONDS = 4000


@contextmanager
def held(path: Path, doing: str, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the lock file ``path``; the system frees it when its holder ends, however that happens.

    Raises LocalcloudError where somebody else keeps it for ``seconds``; ``doing`` says at what.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    waits = Retrying(
        stop=stop_after_delay(seconds), wait=wait_fixed(0.2), retry=retry_if_exception_type(BlockingIOError)
    )
    with path.open("w") as lock:
        try:
            waits(fcntl.flock, lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except RetryError as error:
            raise LocalcloudError(
                f"Another command has been {doing} for {seconds:.0f} s",
                f"fuser {path} names it; end it and try again",
            ) from error
        yield
