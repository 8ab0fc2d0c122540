"""An environment in memory that serves over HTTP, to run the real release stages against.

The cluster is in memory; a controller makes its Deployments available and gives its Services addresses. A
real HTTP server listens at these addresses and responds as the release that the Service selects.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from imagemodel.golden import GoldenSet, load_golden
from memory_cluster import MemoryCluster
from prediction_server import Behaviour
from seatrial.analysis.suite import RunningSuite, SuiteReport, SuiteRequest
from seatrial.errors import SeatrialError
from seatrial.image.inspection import ImageFacts
from seatrial.image_reference import ImageReference
from seatrial.kube.labels import LIVE, PREVIEW, RELEASE, SLOT
from seatrial.kube.protocol import Manifest
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.results import Artefact, Check
from seatrial.settings import Environment, Registry, Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

PASSED = SuiteReport((Check(name="golden photos", passed=True, detail=""),))
# How long a scripted suite takes: time for some requests of the load.
SUITE_SECONDS = 0.1
FAILED = SuiteReport((Check(name="golden photos", passed=False, detail="dog"),), log="the suite's log")


@dataclass
class ServingCluster(MemoryCluster):
    """A MemoryCluster whose Deployments become available and whose Services get an address.

    `ready` tells whether a release's replicas become available; `addresses` are the Services' addresses.
    """

    addresses: dict[str, str] = field(default_factory=dict)
    ready: Callable[[str], bool] = lambda _: True

    def apply(self, manifest: Manifest, manager: str = "seatrial") -> Manifest:
        """Apply a manifest and set the status that the controllers would set."""
        applied = super().apply(manifest, manager)
        stored = self.objects[(manifest["kind"], manifest["metadata"]["name"])]
        stored["metadata"].setdefault("generation", 1)
        if manifest["kind"] == "Deployment":
            stored["status"] = self._rollout(stored)
        if manifest["kind"] == "Service":
            address = self.addresses[manifest["metadata"]["name"]]
            stored["status"] = {"loadBalancer": {"ingress": [{"ip": address}]}}
        return applied

    def _rollout(self, deployment: Manifest) -> dict[str, Any]:
        count = deployment["spec"]["replicas"]
        available = count if self.ready(deployment["metadata"]["labels"][RELEASE]) else 0
        return {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": count,
            "updatedReplicas": count,
            "availableReplicas": available,
        }

    def selected(self, service: str) -> str:
        """Return the release that a Service selects, or an empty string if nothing would respond."""
        found = self.objects.get(("Service", service))
        selector = (found or {}).get("spec", {}).get("selector") or {}
        deployment = self.objects.get(("Deployment", f"classifier-{selector.get(SLOT)}"))
        if not deployment or deployment["metadata"]["labels"][RELEASE] != selector.get(RELEASE):
            return ""
        return str(selector[RELEASE]) if deployment["status"]["availableReplicas"] else ""


@dataclass
class ScriptedSuites:
    """A SuiteRunner; `report` returns the report of a request, or None for a suite that never ends."""

    report: Callable[[SuiteRequest], SuiteReport | None] = lambda _: PASSED
    requests: list[SuiteRequest] = field(default_factory=list)

    def start(self, request: SuiteRequest) -> RunningSuite:
        """Start a suite whose report is decided now."""
        self.requests.append(request)
        return _ScriptedRun(self.report(request))


@dataclass
class _ScriptedRun:
    report: SuiteReport | None
    _start: float = field(default_factory=time.monotonic)

    def done(self) -> bool:
        return self.report is not None and time.monotonic() - self._start >= SUITE_SECONDS

    def result(self) -> SuiteReport:
        assert self.report
        return self.report

    def stop(self) -> None:
        self.report = self.report or SuiteReport(())


@dataclass
class ScriptedImages:
    """Images by reference; copies are noted."""

    facts: dict[ImageReference, ImageFacts] = field(default_factory=dict)
    copies: list[tuple[ImageReference, str]] = field(default_factory=list)

    def inspect(self, registry: Registry, reference: ImageReference) -> ImageFacts:  # noqa: ARG002
        """Return the facts of an image."""
        return replace(self.facts[reference], reference=reference)

    def copy(self, source: Registry, reference: ImageReference, target: Registry) -> int:  # noqa: ARG002
        """Note the copy."""
        self.copies.append((reference, target.address))
        self.facts[reference.at(target.address, target.repository)] = self.facts[reference]
        return 1

    def platform(self, registry: Registry, reference: ImageReference) -> tuple[str, str]:  # noqa: ARG002
        """Return linux/amd64."""
        return "linux", "amd64"


@dataclass(frozen=True)
class OneGoldenSet:
    """Golden sets with a single one; `error` makes loading fail."""

    golden: GoldenSet
    error: list[SeatrialError] = field(default_factory=list)

    def load(
        self,
        settings: Settings,  # noqa: ARG002
        workspace: Workspace,  # noqa: ARG002
        artefact: Artefact,  # noqa: ARG002
        revision: str = "",  # noqa: ARG002
    ) -> GoldenSet:
        """Return the golden set, or raise the error."""
        if self.error:
            raise self.error[0]
        return self.golden

    def cached(self, workspace: Workspace, digest: str) -> GoldenSet | None:  # noqa: ARG002
        """Return None: there is no cache."""
        return None


@dataclass
class ServedEnvironment:
    """The environment `local`, with everything that its releases use.

    `behaviours` are the responses by release (default: correct ones), `reports` the reports written.
    """

    settings: Settings
    workspace: Workspace
    cluster: ServingCluster
    golden: GoldenSet
    suites: ScriptedSuites = field(default_factory=ScriptedSuites)
    images: ScriptedImages = field(default_factory=ScriptedImages)
    golden_error: list[SeatrialError] = field(default_factory=list)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    reports: list[tuple[str, str]] = field(default_factory=list)

    @property
    def services(self) -> Services:
        """The services of this environment."""
        return replace(
            SERVICES,
            connect=lambda *_: self.cluster,
            kustomize=render,
            suites=lambda _: self.suites,
            golden_sets=OneGoldenSet(self.golden, self.golden_error),
            images=self.images,
            write_report=self._report,
            user=lambda: "somebody@host/1",
        )

    @property
    def target(self) -> Target:
        """The environment."""
        return Target(self.settings, self.workspace, "local", self.services)

    @property
    def live(self) -> str:
        """The release that users reach, or an empty string."""
        return self.cluster.selected(LIVE)

    @property
    def states(self) -> dict[str, str]:
        """The state of each release."""
        return {record.release: record.state for record in self.target.records.all()}

    def image(self, letter: str, model: str = "d") -> ImageReference:
        """Put an image into the registry, with this working state and lock."""
        registry = self.settings.registry_of("local")
        reference = ImageReference(registry.address, registry.repository, f"sha256:{letter * 64}")
        self.images.facts[reference] = ImageFacts(
            reference=reference,
            model=Artefact(name="colours", version="1.0.0", digest=f"sha256:{model * 64}"),
            golden=Artefact(name=self.golden.name, version=self.golden.version, digest=self.golden.digest),
            revision=self.workspace.revision,
            working_state=self.workspace.working_state,
            lock_digest=self.workspace.lock_digest,
        )
        return reference

    def respond(self, service: str) -> Behaviour | None:
        """Return the behaviour of the release that a Service selects, None if nothing would respond."""
        release = self.cluster.selected(service)
        default = Behaviour(label=self.golden.photos[0].label, release=release)
        return replace(self.behaviours.get(release, default), release=release) if release else None

    def _report(self, target: Target, began: Record, error: SeatrialError | None) -> Path:
        self.reports.append((began.release, type(error).__name__ if error else ""))
        return target.workspace.root / "reports" / f"{began.release}.html"


@contextmanager
def serving_environment(
    settings: Settings, workspace: Workspace, golden: Path
) -> Iterator[ServedEnvironment]:
    """Serve the live and the preview Service of an environment on two loopback ports."""
    cluster = ServingCluster()
    cluster.apply({"kind": "Namespace", "metadata": {"name": "local"}})
    environment = ServedEnvironment(_quick(settings), workspace, cluster, _one_photo(load_golden(golden)))
    servers = [_serve(environment, service) for service in (LIVE, PREVIEW)]
    for service, server in zip((LIVE, PREVIEW), servers, strict=True):
        cluster.addresses[service] = f"127.0.0.1:{server.server_port}"
    yield environment
    for server in servers:
        server.shutdown()
        server.server_close()


def render(directory: Path) -> list[Manifest]:
    """Return the objects of a kustomization as far as a release needs them, without kustomize."""
    document = yaml.safe_load((directory / "kustomization.yaml").read_text())
    labels: dict[str, str] = {"app.kubernetes.io/managed-by": "seatrial"}
    for each in document.get("labels", []):
        labels |= each["pairs"]
    if directory.name == "slot":
        image = document["images"][0]
        container = {"name": "classifier", "image": f"{image['newName']}@{image['digest']}"}
        spec = {
            "replicas": document["replicas"][0]["count"],
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        }
        metadata = {"name": f"classifier{document['nameSuffix']}", "labels": labels}
        return [{"kind": "Deployment", "metadata": metadata, "spec": spec}]
    patch = yaml.safe_load(document["patches"][0]["patch"])
    metadata = {"name": patch["metadata"]["name"], "labels": labels}
    return [{"kind": "Service", "metadata": metadata, "spec": patch["spec"]}]


def _quick(settings: Settings) -> Settings:
    environment = Environment(
        namespace="local",
        overlay="deploy/overlays/local",
        host="local.test",
        context="memory",
        address_seconds=1.0,
        rollout_seconds=1.0,
        bake_seconds=0.3,
        load_per_second=50.0,
    )
    registry = settings.registry.model_copy(update={"address": "127.0.0.1:5000"})
    return settings.model_copy(update={"environments": {"local": environment}, "registry": registry})


def _one_photo(golden: GoldenSet) -> GoldenSet:
    # All responses of a server have the same label.
    return replace(golden, photos=golden.photos[:1])


def _serve(environment: ServedEnvironment, service: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._respond()

        def _respond(self) -> None:
            behaviour = environment.respond(service)
            if behaviour is None:
                self.send_error(503)
                return
            time.sleep(behaviour.delay)
            best = {"label": behaviour.label, "probability": behaviour.probability}
            body = json.dumps({"predictions": [best]}).encode()
            self.send_response(behaviour.status)
            self.send_header("X-Release", behaviour.release)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server
