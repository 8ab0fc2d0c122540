"""Paths to a candidate through the API server; they break while the machine is cut off from the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from seatrial.kube.labels import RELEASE, SLOT
from seatrial.release.preview_path import PathRequest, PreviewPathError
from seatrial.runtime import Runtime
from simulation.controllers import Pod
from simulation.environment import SimulatedEnvironment
from simulation.process import DeployerProcess

SUFFIX = ".preview"


def address_of_path(request: PathRequest) -> str:
    """Return the address at which suite and load reach the candidate by a path."""
    return f"{request.context}.{request.slot}.{request.release}{SUFFIX}"


def pods_of_path(environment: SimulatedEnvironment, address: str) -> list[Pod]:
    """Return the ready pods that a path of this environment leads to; none if the address is another."""
    name, _, rest = address.removesuffix(SUFFIX).partition(".")
    slot, _, release = rest.partition(".")
    if not address.endswith(SUFFIX) or name != environment.name:
        return []
    return environment.server.controllers.matching({SLOT: slot, RELEASE: release})


@dataclass
class SimulatedPath:
    """An open path of a process."""

    process: DeployerProcess
    url: str
    broken: bool = False

    def failure(self) -> PreviewPathError | None:
        """Return the error once the machine was cut off while the path was open."""
        self.broken = self.broken or not self.process.reaches_cluster()
        return PreviewPathError("the connection was lost") if self.broken else None


@dataclass(frozen=True)
class SimulatedPaths:
    """Opens the paths of a process."""

    process: DeployerProcess

    @contextmanager
    def open(self, request: PathRequest, runtime: Runtime) -> Iterator[SimulatedPath]:  # noqa: ARG002
        """Open a path."""
        yield SimulatedPath(self.process, f"http://{address_of_path(request)}")
