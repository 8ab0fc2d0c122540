"""An instance of the local cloud: its name, its directory and the names of its containers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localcloud.cache import lock_path
from localcloud.errors import LocalcloudError
from localcloud.locks import exclusive

NAME = re.compile(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?")
LOCK_SECONDS = 900


class InstanceError(LocalcloudError):
    """Wrong usage: an invalid instance name, or a directory outside of a checkout."""

    exit_code = 2


@dataclass(frozen=True)
class Instance:
    """One local cloud of one checkout. Instances of different checkouts may have the same name."""

    name: str
    root: Path

    @property
    def directory(self) -> Path:
        """The directory with the instance's files."""
        return self.root / ".seatrial" / self.name

    @property
    def secrets(self) -> Path:
        """The directory with generated keys and passwords, each file readable by its owner alone."""
        return self.directory / "secrets"

    @property
    def logs(self) -> Path:
        """The directory with the logs that were collected last."""
        return self.directory / "logs"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig of the instance's cluster."""
        return self.directory / "kubeconfig"

    @property
    def docker_name(self) -> str:
        """The prefix of the names of all containers, volumes and networks of the instance."""
        workspace = hashlib.sha256(str(self.root).encode()).hexdigest()[:6]
        return f"seatrial-{self.name}-{workspace}"

    @property
    def context(self) -> str:
        """The kubeconfig context, as kind names it."""
        return f"kind-{self.docker_name}"

    @property
    def node(self) -> str:
        """The name of the container of the cluster's only node, as kind names it."""
        return f"{self.docker_name}-control-plane"

    def container(self, part: str) -> str:
        """Return the name of a part's container."""
        return f"{self.docker_name}-{part}"

    def labels(self, part: str) -> dict[str, str]:
        """Return the labels of everything that belongs to a part."""
        return {**self.selector, "seatrial.part": part}

    @property
    def selector(self) -> dict[str, str]:
        """The labels that all parts share."""
        return {"seatrial.instance": self.name, "seatrial.workspace": str(self.root)}

    def make_directories(self) -> None:
        """Create the instance's directories with mode 0700."""
        for folder in (self.directory, self.secrets, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)


def find(name: str, start: Path | None = None) -> Instance:
    """Return the instance ``name`` of the checkout that contains ``start``, by default the current directory.

    Raises InstanceError for an invalid name, and outside of a checkout.
    """
    if not NAME.fullmatch(name):
        raise InstanceError(
            f"Invalid instance name {name!r}",
            "use a-z, 0-9 and -, at most 20 characters, starting with a letter",
        )
    return Instance(name, find_workspace(start))


def find_workspace(start: Path | None = None) -> Path:
    """Return the root of the checkout that contains ``start``; raise InstanceError if there is none."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "seatrial.toml").exists():
            return folder
    raise InstanceError(
        f"No seatrial.toml in {here} or its parents", "run this inside a checkout of Seatrial"
    )


@contextmanager
def locked(instance: Instance, on_wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock for changing an instance, and create its directories.

    The lock file is in the cache directory, so that removing the instance removes no lock that is held.
    Raises LocalcloudError if another command holds it for 15 minutes; ``on_wait`` gets a line if it is held.
    """
    path = lock_path(f"instance-{instance.docker_name}")
    with exclusive(path, f"changing {instance.name}", LOCK_SECONDS, on_wait):
        instance.make_directories()
        yield
