"""An environment as a release uses it: settings, cluster, slots, records, Lease, golden set."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property

from imagemodel.golden import GoldenSet
from seatrial.analysis.suite import Endpoint
from seatrial.errors import HeldError, OutsideError, RefusedError, RolledBackError, SeatrialError, UsageError
from seatrial.http_client import HttpClient
from seatrial.kube.client import PATIENCE_SECONDS
from seatrial.kube.fencing import FencedCluster
from seatrial.kube.labels import LIVE
from seatrial.kube.lease import Lease
from seatrial.kube.protocol import FORBIDDEN, Cluster, ClusterError
from seatrial.kube.render import Renderer
from seatrial.kube.slots import Slots
from seatrial.release.records import Records
from seatrial.release.services import Services
from seatrial.release.stored_acceptance import store_accepted
from seatrial.results import Artefact
from seatrial.settings import Environment, Settings
from seatrial.workspace import Workspace

# The API server's time is in whole seconds.
EXTRA_PATIENCE = 2
# The acceptance suite has two minutes in all.
NAME_SECONDS = 60


@dataclass(frozen=True)
class Target:
    """One environment. `patience` is how long (seconds) each request to its cluster is retried."""

    settings: Settings
    workspace: Workspace
    name: str
    services: Services
    patience: float = PATIENCE_SECONDS

    @cached_property
    def environment(self) -> Environment:
        """The environment's settings."""
        return self.settings.environment(self.name)

    @cached_property
    def cluster(self) -> Cluster:
        """The environment's cluster. No request is sent yet."""
        kubeconfig, context = self.context
        cache = self.workspace.directory / "cache" / f"{context or 'none'}.json"
        return self.services.connect(kubeconfig, context, cache, self.patience, self.services.runtime)

    @property
    def context(self) -> tuple[str, str]:
        """The kubeconfig file (empty: the user's default) and the context of the cluster."""
        cluster = self.settings.cluster_of(self.name)
        return cluster.kubeconfig, cluster.context

    @property
    def fenced(self) -> FencedCluster:
        """The cluster as the holder of the Lease writes to it."""
        return FencedCluster(self.cluster, self.lease)

    @property
    def slots(self) -> Slots:
        """The two slots. Writing to them requires the Lease."""
        return Slots(self.fenced, self.environment.namespace, self.services.runtime)

    @property
    def records(self) -> Records:
        """The release records. Writing them requires the Lease."""
        user, runtime = self.services.user(), self.services.runtime
        return Records(self.fenced, self.environment.namespace, user, runtime)

    @property
    def renderer(self) -> Renderer:
        """The renderer of the environment's manifests."""
        return Renderer(self.workspace, self.environment, self.services.kustomize, self.settings.pod)

    @cached_property
    def lease(self) -> Lease:
        """The Lease that one deployer at a time holds."""
        found, services = self.environment, self.services
        holder = f"{services.user()}-{uuid.uuid4().hex[:6]}"
        return Lease(self.cluster, found.namespace, found.lease_seconds, holder, services.runtime)

    @property
    def lease_patience(self) -> float:
        """How long (seconds) to wait for the Lease: that of a killed deployer has to expire."""
        return self.environment.lease_seconds + EXTRA_PATIENCE

    @contextmanager
    def hold(self, *, adopt: bool = False, patience: float = 0, stop_holder: str = "") -> Iterator[None]:
        """Hold the Lease while the block runs; see `Lease.hold`.

        Afterwards the store gets what the environment has accepted, so that no rollback waits for the store.
        """
        try:
            with self.lease.hold(adopt=adopt, patience=patience, stop_holder=stop_holder):
                if self.lease.expired:
                    self.fenced.take_over(self.environment.namespace)
                yield
        except SeatrialError as error:
            responds = isinstance(error, RefusedError | RolledBackError)
            if not isinstance(error, HeldError):
                (self if responds else replace(self, patience=0))._store_accepted()
            raise
        self._store_accepted()

    def _store_accepted(self) -> None:
        store_accepted(self.settings, self.services, self.name, self.records.stable)

    def confirm_lease(self) -> None:
        """Raise HeldError if another deployer has acquired the Lease, as far as the API server responds."""
        with suppress(OutsideError):
            self.lease.ask()

    @property
    def http(self) -> HttpClient:
        """The client for this environment, which trusts the authorities of its `ca_file`."""
        ca_file = self.environment.ca_file
        return self.services.trusting(ca_file) if ca_file else self.services.http

    def url(self, service: str = LIVE, check: Callable[[], None] = lambda: None) -> str:
        """Return the URL that requests to a Service are sent to; `check` may end the wait for its address."""
        seconds = self.environment.address_seconds
        if service == LIVE:
            return self.live_url(seconds, check)
        return f"http://{self.slots.address(service, seconds, check)}"

    def live_url(self, seconds: float, check: Callable[[], None] = lambda: None) -> str:
        """Return the URL by the live Service's address, once it has one, or by name without an own address.

        Raises OutsideError after `seconds`. Over https a request to it needs `headers_for`.
        """
        live = self.environment
        if live.address == "host":
            return live.url
        address = self.slots.address(LIVE, seconds, check)
        port = f":{live.tcp_port}" if live.scheme == "https" or live.port else ""
        return f"{live.scheme}://{address}{port}"

    def headers_for(self, url: str) -> dict[str, str]:
        """Return the headers of a request to a URL of `url`: over https the name of the certificate."""
        return {"Host": self.environment.authority} if url.startswith("https:") else {}

    def shown(self, url: str) -> str:
        """Return a URL as people open it: over https by name, as the certificate has no address."""
        return self.environment.url if url.startswith("https:") else url

    def by_name(self, check: Callable[[], None] = lambda: None) -> Endpoint:
        """Return the live endpoint by host name, and the own address that it must resolve to, if it has one.

        `check` may end the wait for that address by raising.
        """
        live = self.environment
        own = live.address == "service"
        address = self.slots.address(LIVE, live.address_seconds, check) if own else ""
        # The record of a new name appears some time after its address.
        seconds = min(live.address_seconds, NAME_SECONDS)
        return Endpoint(live.url, address, self.settings.dns_of(self.name), live.ca_file, seconds)

    def golden(self, artefact: Artefact, revision: str = "") -> GoldenSet:
        """Return a golden set from the cache or the store.

        `revision` is the commit whose lock names it. Raises UsageError if it cannot be found.
        """
        return self.services.golden_sets.load(self.settings, self.workspace, artefact, revision)


def open_target(
    settings: Settings,
    workspace: Workspace,
    name: str,
    services: Services,
    patience: float = PATIENCE_SECONDS,
) -> Target:
    """Return an environment by name.

    Raises UsageError if there is no such environment, or its namespace does not exist.
    """
    target = Target(settings, workspace, name, services, patience)
    if not _namespace_exists(target):
        raise UsageError(f"environment {name} has no namespace yet", f"make bootstrap ENV={name}")
    return target


def _namespace_exists(target: Target) -> bool:
    try:
        return target.cluster.get("Namespace", target.environment.namespace) is not None
    except ClusterError as error:
        # A deployer's Role need not allow this request. If the namespace is missing, the next request fails.
        if error.status == FORBIDDEN:
            return True
        raise
