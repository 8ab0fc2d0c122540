"""What a release needs of the outside world, so that tests and simulations can replace it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from imagemodel.golden import GoldenSet
from seatrial.analysis.suite import SuiteRunner
from seatrial.http_client import HttpClient, NewConnections
from seatrial.image.inspection import ImageFacts
from seatrial.image_reference import ImageReference
from seatrial.kube.protocol import Cluster
from seatrial.kube.render import Kustomize
from seatrial.release.ended_command import EndedCommand
from seatrial.release.preview_path import OpenPreviewPath
from seatrial.results import Artefact
from seatrial.runtime import Runtime
from seatrial.settings import Registry, Settings, Store
from seatrial.stores.protocol import BlobStore
from seatrial.workspace import Workspace


class Connect(Protocol):
    """Opens the cluster of a kubeconfig context."""

    def __call__(
        self, kubeconfig: str, context: str, cache: Path, patience: float, runtime: Runtime
    ) -> Cluster:
        """Return the cluster; see `seatrial.kube.connect.connect`."""
        ...


class Images(Protocol):
    """Images in registries."""

    def inspect(self, registry: Registry, reference: ImageReference) -> ImageFacts:
        """Return the labels of an image; see `seatrial.image.inspection.inspect`."""
        ...

    def copy(self, source: Registry, reference: ImageReference, target: Registry) -> int:
        """Copy an image and its statement of `check` to the target's repository; return the bytes sent."""
        ...

    def require_checked(self, registry: Registry, reference: ImageReference) -> None:
        """Raise RefusedError unless the registry has the statement that the image passed `check`."""
        ...

    def platform(self, registry: Registry, reference: ImageReference) -> tuple[str, str]:
        """Return an image's operating system and architecture, as in `("linux", "amd64")`."""
        ...


class GoldenSets(Protocol):
    """Golden sets, each verified by its digest."""

    def load(
        self, settings: Settings, workspace: Workspace, artefact: Artefact, revision: str = ""
    ) -> GoldenSet:
        """Return a golden set from the cache or the store.

        `revision` is the commit whose lock names it, for artefacts without name and version. Raises
        UsageError if it cannot be found.
        """
        ...

    def cached(self, workspace: Workspace, digest: str) -> GoldenSet | None:
        """Return a golden set if it is in the cache, without a request to the store."""
        ...


class ReportWriter(Protocol):
    """Writes the report on a release."""

    def __call__(self, ended: EndedCommand, runtime: Runtime) -> Path:
        """Write the report and return its page; see `seatrial.report.writer.write_report`."""
        ...


@dataclass(frozen=True)
class Services:
    """Everything outside this process that a release uses, and the clock and background work.

    `user` returns who this is, for records and the Lease. `open_store` returns the store of published models,
    which also has what each environment has accepted; see `seatrial.stores.choose.open_store`. `trusting`
    returns a client like `http` for an endpoint whose authority is in a CA file.
    """

    runtime: Runtime
    http: HttpClient
    connect: Connect
    kustomize: Kustomize
    suites: Callable[[Workspace], SuiteRunner]
    golden_sets: GoldenSets
    images: Images
    write_report: ReportWriter
    user: Callable[[], str]
    open_preview_path: OpenPreviewPath
    open_store: Callable[[Store], BlobStore]
    trusting: Callable[[str], HttpClient] = NewConnections
