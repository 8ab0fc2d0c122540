"""The path through the API server, by which suite and load reach a candidate that has no address."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from seatrial.errors import OutsideError
from seatrial.kube.labels import Slot
from seatrial.kube.protocol import Cluster
from seatrial.runtime import Runtime


class PreviewPathError(OutsideError):
    """The path to the candidate failed; nothing is known about the candidate.

    `permanent` is whether another attempt would fail in the same way.
    """

    def __init__(self, message: str, hint: str = "", *, permanent: bool = False) -> None:
        super().__init__(message, hint)
        self.permanent = permanent


@dataclass(frozen=True)
class PathRequest:
    """The pods to reach: those of a release in a slot, in a namespace of a kubeconfig context's cluster.

    `cluster` is for listing them; it should not repeat its requests.
    """

    kubeconfig: str
    context: str
    cluster: Cluster
    namespace: str
    slot: Slot
    release: str


class PreviewPath(Protocol):
    """An open path. Each connection to its `url` becomes one to a ready pod, and its bytes stay unchanged."""

    @property
    def url(self) -> str:
        """The URL at which this machine reaches the candidate."""
        ...

    def failure(self) -> PreviewPathError | None:
        """Return what has broken the path so far, or None. What the candidate breaks is not included."""
        ...


class OpenPreviewPath(Protocol):
    """Opens paths."""

    def __call__(self, request: PathRequest, runtime: Runtime) -> AbstractContextManager[PreviewPath]:
        """Return a path that is open while the block runs. Raises UsageError if the context is unusable."""
        ...
