"""A served environment in virtual time: no socket and no real waiting, and every request is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from requests.structures import CaseInsensitiveDict

from imagemodel.golden import load_golden
from prediction_server import Behaviour
from scripted_services import PASSED
from seatrial.analysis.suite import RunningSuite, SuiteReport, SuiteRequest
from seatrial.http_client import HttpClient, HttpResponse, NoResponseError
from seatrial.kube.labels import LIVE, PREVIEW, deployment
from seatrial.kube.lease_object import set_holder
from seatrial.recovery_results import RollbackResult
from seatrial.release.services import Services
from seatrial.settings import Environment, Settings
from seatrial.stages.rollback import rollback
from seatrial.workspace import Workspace
from served_environment import ServedEnvironment, one_photo
from serving_cluster import ServingCluster
from virtual_path import URL, VirtualPaths
from virtual_runtime import VirtualRuntime

# How long a response takes if its behaviour has no delay.
LATENCY_SECONDS = 0.01
LEASE_SECONDS = 60
BAKE_SECONDS = 20.0


@dataclass(frozen=True)
class SentRequest:
    """A request: its virtual time, its Service, the release that responds, and what was sent."""

    at: float
    service: str
    release: str
    path: str
    headers: Mapping[str, str]


@dataclass
class VirtualHttp:
    """An HttpClient whose responses are `respond(service)`; the Service is that of the URL's address."""

    runtime: VirtualRuntime
    addresses: Mapping[str, str]
    respond: Callable[[str], Behaviour | None]
    sent: list[SentRequest] = field(default_factory=list)

    def request(
        self,
        method: str,  # noqa: ARG002
        url: str,
        *,
        timeout: float,  # noqa: ARG002
        body: bytes = b"",  # noqa: ARG002
        headers: Mapping[str, str] = {},
    ) -> HttpResponse:
        """Record the request, and respond after the behaviour's delay."""
        address, _, path = url.removeprefix("http://").partition("/")
        service = next((name for name, each in self.addresses.items() if each == address), "")
        if not service:
            raise NoResponseError(f"connection to {address} refused")
        behaviour = self.respond(service)
        release = behaviour.release if behaviour else ""
        self.sent.append(SentRequest(self.runtime.monotonic(), service, release, path, dict(headers)))
        if behaviour is None:
            return HttpResponse(503)
        self.runtime.sleep(behaviour.delay or LATENCY_SECONDS)
        best = {"label": behaviour.label, "probability": behaviour.probability}
        found = CaseInsensitiveDict({"X-Release": behaviour.release})
        return HttpResponse(behaviour.status, found, json.dumps({"predictions": [best]}).encode())

    def to(self, service: str, path: str) -> list[SentRequest]:
        """Return the requests for a path of a Service."""
        return [each for each in self.sent if (each.service, each.path) == (service, path)]


@dataclass
class VirtualSuites:
    """A SuiteRunner whose suites end after `seconds` with `report`; after the load, `at_end` is called."""

    runtime: VirtualRuntime
    seconds: float = 10
    report: Callable[[SuiteRequest], SuiteReport] = lambda _: PASSED
    at_end: Callable[[], None] = lambda: None
    requests: list[SuiteRequest] = field(default_factory=list)

    def start(self, request: SuiteRequest) -> RunningSuite:
        """Start a suite."""
        self.requests.append(request)
        return _VirtualRun(self, self.report(request), self.runtime.monotonic() + self.seconds)


@dataclass(frozen=True)
class _VirtualRun:
    suites: VirtualSuites
    report: SuiteReport
    end: float

    def done(self) -> bool:
        return self.suites.runtime.monotonic() >= self.end

    def result(self) -> SuiteReport:
        return self.report

    def stop(self) -> None:
        self.suites.at_end()


@dataclass
class VirtualEnvironment(ServedEnvironment):
    """A ServedEnvironment in the virtual time of `clock`.

    Its HTTP client is `client`, its acceptance suites are those of `runner` (`suites` is not used). `paths`
    are the paths to candidates through the API server.
    """

    clock: VirtualRuntime = field(default_factory=VirtualRuntime)
    paths: VirtualPaths = field(default_factory=VirtualPaths)

    def __post_init__(self) -> None:
        """Give each Service an address."""
        self.cluster.runtime = self.clock
        self.cluster.addresses.update({LIVE: "198.51.100.1", PREVIEW: URL.removeprefix("http://")})
        self.client = VirtualHttp(self.clock, self.cluster.addresses, lambda name: self.respond(name))
        self.runner = VirtualSuites(self.clock)

    @property
    def services(self) -> Services:
        """The services of this environment."""
        http: HttpClient = self.client
        return replace(
            super().services,
            runtime=self.clock,
            http=http,
            suites=lambda _: self.runner,
            open_preview_path=self.paths.open,
        )

    def respond(self, service: str) -> Behaviour | None:
        """Return the behaviour of the release that a Service or the open path leads to."""
        path = self.paths.current
        if service != PREVIEW or not path:
            return super().respond(service)
        if path.failure():
            raise NoResponseError("connection closed")
        found = self.cluster.objects.get(("Deployment", deployment(path.request.slot)))
        return self.behaviour(path.request.release) if found else None

    def configure(self, **changes: object) -> None:
        """Change the environment's settings."""
        changed = self.settings.environment("local").model_copy(update=changes)
        self.settings = self.settings.model_copy(update={"environments": {"local": changed}})

    def rollback(self) -> RollbackResult:
        """Undo the unfinished releases, or return to the release before the stable one."""
        return rollback(self.settings, self.workspace, "local", services=self.services)

    def take_lease(self) -> None:
        """Give the Lease to another deployer."""
        lease = self.cluster.objects["Lease", "seatrial"]
        set_holder(lease, "other@host/2", LEASE_SECONDS, self.cluster.now())

    def lose_lease(self) -> None:
        """Suspend this process for longer than the Lease lasts; another deployer acquires it."""
        self.clock.suspend(LEASE_SECONDS + 1)
        self.take_lease()


def virtual_environment(settings: Settings, workspace: Workspace, golden: Path) -> VirtualEnvironment:
    """Return the environment `local`, to which nothing was released."""
    environment = Environment(
        namespace="local",
        overlay="deploy/overlays/local",
        host="local.test",
        context="memory",
        bake_seconds=BAKE_SECONDS,
        lease_seconds=LEASE_SECONDS,
        load_per_second=1.0,
    )
    registry = settings.registry.model_copy(update={"address": "127.0.0.1:5000"})
    changed = settings.model_copy(update={"environments": {"local": environment}, "registry": registry})
    cluster = ServingCluster()
    cluster.apply({"kind": "Namespace", "metadata": {"name": "local"}})
    return VirtualEnvironment(changed, workspace, cluster, one_photo(load_golden(golden)))
