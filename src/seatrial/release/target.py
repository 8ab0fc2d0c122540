"""An environment as a release meets it: settings, cluster, slots, records, Lease, golden set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from imagemodel.errors import ImageModelError
from imagemodel.golden import GoldenSet, load_golden
from seatrial.analysis.baseline import Baseline, Tolerances
from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.suite import SUITE_SECONDS, Endpoint
from seatrial.analysis.thresholds import Thresholds
from seatrial.analysis.timeline import folder_of
from seatrial.errors import UsageError
from seatrial.kube.client import PATIENCE_SECONDS, Cluster, ClusterError
from seatrial.kube.connect import connect
from seatrial.kube.labels import LIVE
from seatrial.kube.lease import Lease, whoami
from seatrial.kube.render import Renderer
from seatrial.kube.slots import Slots
from seatrial.model.artefacts import GOLDEN_SET
from seatrial.model.golden_sets import golden_set_directory
from seatrial.release.records import Records
from seatrial.results import Artefact
from seatrial.settings import Environment, Settings
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class Target:
    """One environment and everything that a release needs of it."""

    settings: Settings
    workspace: Workspace
    name: str
    patience: float = PATIENCE_SECONDS

    @cached_property
    def environment(self) -> Environment:
        """Its settings."""
        return self.settings.environment(self.name)

    @cached_property
    def cluster(self) -> Cluster:
        """Its cluster; nothing is asked of it yet."""
        cluster, context = self.settings.cluster, self.environment.context or self.settings.cluster.context
        cache = self.workspace.directory / "cache" / f"{context or 'none'}.json"
        return connect(cluster.kubeconfig, context, cache, self.patience)

    @property
    def slots(self) -> Slots:
        """Its two slots."""
        return Slots(self.cluster, self.environment.namespace)

    @property
    def records(self) -> Records:
        """Its releases."""
        return Records(self.cluster, self.environment.namespace, whoami())

    @property
    def renderer(self) -> Renderer:
        """What makes its manifests."""
        return Renderer(self.workspace, self.environment)

    @cached_property
    def lease(self) -> Lease:
        """Its lock."""
        return Lease(self.cluster, self.environment.namespace, self.environment.lease_seconds)

    def url(self, service: str = LIVE) -> str:
        """Return a Service's URL by address, once it has one."""
        return f"http://{self.slots.address(service, self.environment.address_seconds)}"

    def by_name(self) -> Endpoint:
        """Return the live endpoint as users ask for it: by name, which must lead to the live Service."""
        address = self.slots.address(LIVE, self.environment.address_seconds)
        return Endpoint(f"http://{self.environment.host}", address, self.settings.dns)

    def golden(self, digest: str) -> GoldenSet:
        """Return the golden set of a digest, from the cache or from the store.

        Raises UsageError if it is not cached and no model.lock in git names it.
        """
        artefact = Artefact(name="", version="", digest=digest)
        return self.cached_golden(digest) or load_golden(
            golden_set_directory(self.settings, self.workspace, artefact), digest
        )

    def cached_golden(self, digest: str) -> GoldenSet | None:
        """Return the golden set of a digest if this machine has it, asking nobody."""
        folder = self.workspace.cache / GOLDEN_SET.folder / digest.removeprefix("sha256:")
        try:
            return load_golden(folder, digest)
        except (ImageModelError, OSError):
            return None

    def watcher(
        self, url: str, golden: GoldenSet, release: str, host: str = "", stable: Baseline | None = None
    ) -> LoadGenerator:
        """Return the light load that judges an endpoint by this environment's thresholds.

        `host` is the name that users ask for; without it the endpoint is a preview. `stable` is what
        the answers are compared with. What was asked is left for the report.
        """
        asked = self.environment
        near = Tolerances(asked.max_slowdown if host else None, asked.max_drift)
        promise = Thresholds(release, asked.max_error_rate, asked.max_p95_milliseconds, stable, near)
        left = folder_of(self.workspace, release) / f"{'live' if host else 'preview'}-timeline.jsonl"
        load = LoadGenerator(url, golden.photos, promise, asked.load_per_second, host, timeline=left)
        # A preview lasts as long as its suite.
        load.planned = round(asked.load_per_second * (asked.bake_seconds if host else SUITE_SECONDS))
        # Bounded, but a long bake is watched to its end.
        load.limit = max(load.limit, 2 * load.planned)
        return load


def open_target(
    settings: Settings, workspace: Workspace, name: str, patience: float = PATIENCE_SECONDS
) -> Target:
    """Return an environment by name; its cluster's silence is borne for `patience` seconds a call.

    Raises UsageError when there is no such environment, or it was never prepared by `bootstrap`.
    """
    target = Target(settings, workspace, name, patience)
    if not _is_there(target):
        raise UsageError(f"{name} is not prepared", f"make bootstrap ENV={name}")
    return target


def _is_there(target: Target) -> bool:
    try:
        return target.cluster.get("Namespace", target.environment.namespace) is not None
    except ClusterError as error:
        # A deployer's rights end at its own namespace: whether that is there shows at the next call.
        if error.status == 403:
            return True
        raise
