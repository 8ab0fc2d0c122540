"""The cluster as a deployer's process reaches it: latency, lost answers, repeated requests, cut connections.

It repeats a request that got no response, as `seatrial.kube.client.KubernetesCluster` does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from seatrial.kube.client import REQUEST_SECONDS
from seatrial.kube.labels import MANAGER
from seatrial.kube.protocol import Cluster, ClusterError, Manifest, UnreachableError
from simulation.environment import SimulatedEnvironment
from simulation.machines import START
from simulation.process import Call, DeployerProcess, Fate
from simulation.server import clone

T = TypeVar("T")

PAUSE_SECONDS = 0.5


class SimulatedCluster:
    """A Cluster for one process."""

    kubectl = "kubectl --context simulated"

    def __init__(self, environment: SimulatedEnvironment, process: DeployerProcess, patience: float) -> None:
        self.environment = environment
        self.process = process
        self._patience = patience
        self._server_time: tuple[float, float] | None = None

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:  # noqa: ARG002
        """Return an object, or None."""
        server = self.environment.server
        return self._call(Call("get", kind, name), lambda: server.get(kind, name))

    def list(self, kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:  # noqa: ARG002
        """Return the objects that match a label selector."""
        server = self.environment.server
        if kind == "Event":
            return []
        return self._call(Call("list", kind, labels), lambda: server.list(kind, labels))

    def apply(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:  # noqa: ARG002
        """Apply a manifest."""
        return self._write("apply", manifest, self.environment.server.apply)

    def apply_new(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:  # noqa: ARG002
        """Create an object."""
        return self.create(manifest)

    def own_as_applied(self, found: Manifest, manager: str = MANAGER) -> Manifest:  # noqa: ARG002
        """Return the object: fields have no owners here."""
        return found

    def replace_field(self, manifest: Manifest, field: str) -> None:
        """Set `spec.<field>` of an object."""
        self._write(
            "replace_field", manifest, lambda body: self.environment.server.replace_field(body, field)
        )

    def create(self, manifest: Manifest) -> Manifest:
        """Create an object."""
        return self._write("create", manifest, self.environment.server.create)

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object."""
        return self._write("replace", manifest, self.environment.server.replace)

    def delete(self, kind: str, name: str, namespace: str, version: str = "") -> None:  # noqa: ARG002
        """Delete an object."""
        server = self.environment.server
        self._call(Call("delete", kind, name), lambda: server.delete(kind, name, version))

    def log(self, pod: str, namespace: str, *, previous: bool = False, lines: int = 20) -> str:  # noqa: ARG002
        """Return an empty log."""
        return ""

    def now(self) -> datetime:
        """Return the cluster's time, to the second; with `caches_time` asked once and advanced since."""
        runtime = self.process.runtime
        if not self.process.caches_time or self._server_time is None:
            asked = self._call(Call("now"), lambda: self.process.scheduler.now)
            self._server_time = float(int(asked)), runtime.monotonic()
        date, received = self._server_time
        passed = runtime.monotonic() - received if self.process.caches_time else 0.0
        return START + timedelta(seconds=date + passed)

    def _write(self, verb: str, manifest: Manifest, perform: Callable[[Manifest], T]) -> T:
        call = Call(verb, manifest["kind"], manifest["metadata"]["name"])
        # A copy: a late request must not carry what the caller changed since.
        body = clone(manifest)
        return self._call(call, lambda: perform(body))

    def _call(self, call: Call, perform: Callable[[], T]) -> T:
        process, runtime = self.process, self.process.runtime
        end = runtime.monotonic() + self._patience
        process.before(call)
        while True:
            process.latency()
            if process.reaches_cluster():
                fate = process.fate(call)
                if fate.answered:
                    return self._perform(call, perform)
                self._lose(call, perform, fate)
            runtime.sleep(REQUEST_SECONDS)
            if runtime.monotonic() >= end:
                raise UnreachableError(f"{self.environment.name} does not respond", "check the connection")
            runtime.sleep(PAUSE_SECONDS)

    def _perform(self, call: Call, perform: Callable[[], T]) -> T:
        done = self.environment.perform(self.process, call, perform)
        self.process.after(self.environment, call)
        return done

    def _lose(self, call: Call, perform: Callable[[], Any], fate: Fate) -> None:
        """Let a request take effect now, later or never, without an answer."""
        environment, process = self.environment, self.process
        process.story(f"the answer to {call} is lost")

        def arrive() -> None:
            try:
                environment.perform(process, call, perform, late=bool(fate.late))
            except ClusterError:
                environment.story(f"a late copy of {call} of {process.name} is refused")

        if fate.late:
            process.scheduler.at(process.scheduler.now + fate.late, arrive)
        elif fate.arrives:
            arrive()


if TYPE_CHECKING:

    def _check(cluster: SimulatedCluster) -> Cluster:
        return cluster
