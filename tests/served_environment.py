"""An environment in memory that serves over HTTP, to run the real release stages against.

The cluster is in memory; a controller makes its Deployments available and gives its Services addresses. A
real HTTP server listens at these addresses and responds as the release that the Service selects.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagemodel.golden import GoldenSet, load_golden
from prediction_server import Behaviour, serving
from scripted_services import OneGoldenSet, ScriptedImages, ScriptedSuites
from seatrial.errors import SeatrialError
from seatrial.image.inspection import ImageFacts
from seatrial.image_reference import ImageReference
from seatrial.kube.labels import LIVE, PREVIEW
from seatrial.release.ended_command import EndedCommand
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.results import AcceptResult, Artefact, DeployResult
from seatrial.runtime import Runtime
from seatrial.settings import Environment, Settings
from seatrial.stages.accept import accept
from seatrial.stages.deploy import deploy
from seatrial.system import SERVICES
from seatrial.workspace import Workspace
from serving_cluster import ServingCluster, render


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

    def deploy(self, reference: ImageReference) -> DeployResult:
        """Deploy an image."""
        return deploy(self.settings, self.workspace, "local", reference, services=self.services)

    def accept(self) -> AcceptResult:
        """Accept the pending release."""
        return accept(self.settings, self.workspace, "local", self.services)

    def release(self, letter: str = "a") -> AcceptResult:
        """Deploy and accept an image."""
        self.deploy(self.image(letter))
        return self.accept()

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
        return self.behaviour(self.cluster.selected(service))

    def behaviour(self, release: str) -> Behaviour | None:
        """Return the behaviour of a release, None for an empty name."""
        default = Behaviour(label=self.golden.photos[0].label, release=release)
        return replace(self.behaviours.get(release, default), release=release) if release else None

    def _report(self, ended: EndedCommand, runtime: Runtime) -> Path:  # noqa: ARG002
        self.reports.append((ended.began.release, type(ended.error).__name__ if ended.error else ""))
        return ended.workspace.root / "reports" / f"{ended.began.release}.html"


@contextmanager
def serving_environment(
    settings: Settings, workspace: Workspace, golden: Path
) -> Iterator[ServedEnvironment]:
    """Serve the live and the preview Service of an environment on two loopback ports."""
    cluster = ServingCluster()
    cluster.apply({"kind": "Namespace", "metadata": {"name": "local"}})
    environment = ServedEnvironment(_quick(settings), workspace, cluster, one_photo(load_golden(golden)))
    with (
        serving(lambda: environment.respond(LIVE)) as live,
        serving(lambda: environment.respond(PREVIEW)) as preview,
    ):
        cluster.addresses.update({LIVE: live, PREVIEW: preview})
        yield environment


def _quick(settings: Settings) -> Settings:
    environment = Environment(
        namespace="local",
        overlay="deploy/overlays/local",
        host="local.test",
        context="memory",
        # Its preview has a server of its own.
        preview_path="load-balancer",
        address_seconds=1.0,
        rollout_seconds=1.0,
        bake_seconds=0.3,
        load_per_second=50.0,
        # Latencies of a busy machine are not compared: thresholds are tested with given numbers.
        max_slowdown=1000,
        max_p95_milliseconds=60_000,
    )
    registry = settings.registry.model_copy(update={"address": "127.0.0.1:5000"})
    return settings.model_copy(update={"environments": {"local": environment}, "registry": registry})


def one_photo(golden: GoldenSet) -> GoldenSet:
    """Return the golden set with its first photo only."""
    # All responses of a server have the same label.
    return replace(golden, photos=golden.photos[:1])
