"""The path to a candidate through the API server, on a real cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from seatrial.errors import OutsideError
from seatrial.kube.connect import load_context
from seatrial.kube.pods import Pod, pods_of_release
from seatrial.kube.protocol import ClusterError
from seatrial.release.preview_path import PathRequest, PreviewPath, PreviewPathError
from seatrial.runtime import Runtime
from seatrial.system.port_forward import forward
from seatrial.system.relay import Connection, deleted, relaying
from seatrial.wait import retry

# How long a list of pods is used, in seconds.
REFRESH_SECONDS = 1.0
ATTEMPTS = 3
# How long the refusal of a pod's port may take to arrive.
REFUSAL_SECONDS = 1.0
PAUSE_SECONDS = 0.3


@contextmanager
def open_preview_path(request: PathRequest, runtime: Runtime) -> Iterator[PreviewPath]:
    """Relay connections to the ready pods in turn, each by a port-forward of its own."""
    configuration = load_context(request.kubeconfig, request.context).configuration
    pods = PodRotation(lambda: _pods(request), runtime)
    connector = PodConnector(
        pods, lambda pod: forward(configuration, request.namespace, pod, runtime.monotonic), runtime
    )
    with relaying(connector, runtime) as relay:
        yield relay


@dataclass
class PodRotation:
    """The pods of a release, listed again after REFRESH_SECONDS."""

    list_pods: Callable[[], list[Pod]]
    runtime: Runtime
    _pods: list[Pod] = field(default_factory=list)
    _listed: float = float("-inf")
    _turn: int = 0
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make the lock."""
        self._lock = self.runtime.lock()

    def next(self) -> Pod | None:
        """Return the next ready pod, or None.

        Raises PreviewPathError if they cannot be listed, or none is ready because one was deleted.
        """
        with self._lock:
            if self.runtime.monotonic() - self._listed >= REFRESH_SECONDS:
                self._refresh()
            ready = [pod for pod in self._pods if pod.ready]
            if not ready:
                self._refuse_deletion()
                return None
            self._turn += 1
            found = ready[self._turn % len(ready)]
            self._used.add(found.name)
            return found

    def find(self, pod: Pod) -> Pod | None:
        """Return a pod as it is now, or None. Raises PreviewPathError if they cannot be listed."""
        with self._lock:
            self._refresh()
            return next((each for each in self._pods if each.name == pod.name), None)

    def expire(self) -> None:
        """List the pods again at the next use."""
        self._listed = float("-inf")

    def _refuse_deletion(self) -> None:
        for name in sorted(self._used - {pod.name for pod in self._pods}):
            raise PreviewPathError(deleted(name))

    def _refresh(self) -> None:
        self._pods, self._listed = self.list_pods(), self.runtime.monotonic()


@dataclass(frozen=True)
class PodConnector:
    """A Connector that forwards to the pods of a rotation; a failure is tried again on the next pod."""

    pods: PodRotation
    forward: Callable[[Pod], Connection]
    runtime: Runtime

    def connect(self) -> Connection | None:
        """Return a connection to a ready pod, or None if no pod is ready. Raises PreviewPathError."""
        return retry(
            self._attempt, PreviewPathError, attempts=ATTEMPTS, every=PAUSE_SECONDS, runtime=self.runtime
        )

    def is_down(self, pod: Pod) -> bool:
        """Return whether a pod is not ready, has restarted, or refuses a connection of its own.

        A connection that the pod ends while bytes are still sent to it looks lost.
        """
        try:
            found = self.pods.find(pod)
            if not found or not found.ready or found.restarts > pod.restarts:
                return found is not None
            with closing(self.forward(pod)) as connection:
                return connection.is_refused(REFUSAL_SECONDS)
        except PreviewPathError:
            return False

    def is_deleted(self, pod: Pod) -> bool:
        """Return whether a pod was deleted meanwhile. Raises PreviewPathError."""
        return not self.pods.find(pod)

    def _attempt(self) -> Connection | None:
        pod = self.pods.next()
        try:
            return self.forward(pod) if pod else None
        except PreviewPathError:
            # The pod may have been deleted.
            self.pods.expire()
            raise


def _pods(request: PathRequest) -> list[Pod]:
    try:
        return pods_of_release(request.cluster, request.namespace, request.slot, request.release)
    except OutsideError as error:
        raise PreviewPathError(
            error.message, error.hint, permanent=isinstance(error, ClusterError)
        ) from error
