"""An instance of the local cloud: its name, its folder and what its containers are called."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from localcloud.errors import LocalcloudError

NAME = re.compile(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?")
LOCK_SECONDS = 900


class InstanceError(LocalcloudError):
    """Wrong usage: no such instance can be, or not here."""

    exit_code = 2


@dataclass(frozen=True)
class Instance:
    """One local cloud of one checkout; two checkouts may each have one of the same name."""

    name: str
    root: Path

    @property
    def directory(self) -> Path:
        """The instance's own files."""
        return self.root / ".seatrial" / self.name

    @property
    def secrets(self) -> Path:
        """Generated keys and passwords, each file readable by its owner alone."""
        return self.directory / "secrets"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's way into the instance's cluster."""
        return self.directory / "kubeconfig"

    @property
    def docker_name(self) -> str:
        """The name that everything of the instance in the engine starts with."""
        workspace = hashlib.sha256(str(self.root).encode()).hexdigest()[:6]
        return f"seatrial-{self.name}-{workspace}"

    @property
    def context(self) -> str:
        """The kubeconfig's context, as kind names it."""
        return f"kind-{self.docker_name}"

    @property
    def node(self) -> str:
        """The container that is the cluster's one node, as kind names it."""
        return f"{self.docker_name}-control-plane"

    def container(self, part: str) -> str:
        """Return the name of a part's container."""
        return f"{self.docker_name}-{part}"

    def labels(self, part: str) -> dict[str, str]:
        """Return the labels by which everything of the instance is found again."""
        return {**self.selector, "seatrial.part": part}

    @property
    def selector(self) -> dict[str, str]:
        """The labels that all parts share."""
        return {"seatrial.instance": self.name, "seatrial.workspace": str(self.root)}

    def make_directories(self) -> None:
        """Make the instance's folders, closed to other users."""
        for folder in (self.directory, self.secrets, self.directory / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)


def find(name: str, start: Path | None = None) -> Instance:
    """Return the instance of that name of the checkout around a folder (the current one by default).

    Raises InstanceError for a name that could name no container, and outside a checkout.
    """
    if not NAME.fullmatch(name):
        raise InstanceError(
            f"{name!r} is no name for an instance", "use a-z, 0-9 and -, at most 20, beginning with a letter"
        )
    return Instance(name, workspace(start))


def workspace(start: Path | None = None) -> Path:
    """Return the checkout around a folder, or raise InstanceError outside of one."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "seatrial.toml").exists():
            return folder
    raise InstanceError("There is no seatrial.toml here or above", "run this inside a checkout of Seatrial")


@contextmanager
def alone(instance: Instance) -> Iterator[None]:
    """Hold the right to change an instance; waits 15 minutes at most for whoever holds it."""
    instance.make_directories()
    held = _lock(instance)
    try:
        yield
    finally:
        os.close(held)


def _lock(instance: Instance) -> int:
    waits = Retrying(
        stop=stop_after_delay(LOCK_SECONDS),
        wait=wait_fixed(0.2),
        retry=retry_if_result(lambda held: held is None),
    )
    try:
        held = waits(_try_lock, instance)
    except RetryError as error:
        raise LocalcloudError(
            f"Another command has been changing {instance.name} for 15 minutes", "end it, then try again"
        ) from error
    assert held is not None  # noqa: S101
    return held


def _try_lock(instance: Instance) -> int | None:
    """Lock the folder itself: it leaves no file behind, and goes with the instance."""
    instance.make_directories()
    handle = os.open(instance.directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_ino == instance.directory.stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None
