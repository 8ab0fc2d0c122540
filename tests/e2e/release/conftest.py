"""Fixtures of the release tests: an environment, its commands, images, and a user load on its address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.api_client import ApiClient
from e2e.release.images import ImageFactory
from e2e.user_load import UserLoad
from imagemodel.golden import GoldenSet
from seatrial.kube.labels import LEASE
from seatrial.process import run
from seatrial.release.record import Record
from seatrial.release.target import Target
from seatrial.results import FetchResult, PushResult
from seatrial.settings import load
from seatrial.system import SERVICES
from seatrial.workspace import Workspace, find

SETTINGS = {
    "NAMESPACE": "trial",
    "OVERLAY": "deploy/overlays/staging",
    "HOST": "trial.seatrial.test",
    "BAKE_SECONDS": "6",
    "LEASE_SECONDS": "6",
    "MAX_REPLICAS": "2",
    # Latency is not under test: the machine is small and shared.
    "MAX_P95_MILLISECONDS": "9000",
    "MAX_SLOWDOWN": "50",
    "LOAD_PER_SECOND": "5",
    # The images of these tests are built from the checked one, many faulty on purpose, before a commit.
    "ALLOW_UNCHECKED": "true",
    "ALLOW_UNCOMMITTED": "true",
}
UNCHECKED = ("--unchecked", "an image of the release tests")
COMMAND_SECONDS = 180


@dataclass(frozen=True)
class ReleaseEnvironment:
    """An environment of the tests' instance, and the commands that a user runs in it."""

    target: Target

    def run(self, command: str, *words: str) -> tuple[int, str]:
        """Run `seatrial COMMAND --env NAME` and return its exit code and output."""
        done = run(self._argv(command, *words), timeout=COMMAND_SECONDS, cwd=self._root, check=False)
        return done.code, done.output

    def start(self, command: str, *words: str) -> subprocess.Popen[str]:
        """Start `seatrial COMMAND --env NAME` without waiting for it."""
        return subprocess.Popen(
            self._argv(command, *words),
            cwd=self._root,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def deploy(self, image: str) -> tuple[int, str]:
        """Deploy an image that was not checked; return the exit code and output."""
        return self.run("deploy", "--image", image, *UNCHECKED)

    def start_deploy(self, image: str) -> subprocess.Popen[str]:
        """Start to deploy an image that was not checked."""
        return self.start("deploy", "--image", image, *UNCHECKED)

    def release(self, image: str) -> tuple[int, str]:
        """Deploy and accept an image; return the exit code and output of the last command."""
        code, output = self.deploy(image)
        return (code, output) if code else self.run("accept")

    def stable(self) -> Record:
        """Return the stable release."""
        found = self.target.records.stable()
        assert found is not None, "no release is stable"
        return found

    def last(self) -> Record:
        """Return the newest release, in any state."""
        return self.target.records.all()[-1]

    def holds_lease(self, command: subprocess.Popen[str]) -> bool:
        """Return whether a started command holds the Lease."""
        lease = self.target.cluster.get("Lease", LEASE, self.target.environment.namespace) or {"spec": {}}
        return f"/{command.pid}-" in lease["spec"].get("holderIdentity", "")

    def pods(self) -> dict[str, int]:
        """Return the number of pods of each release, without those that terminate."""
        found: dict[str, int] = {}
        namespace = self.target.environment.namespace
        for pod in self.target.cluster.list("Pod", namespace, "app.kubernetes.io/name=classifier"):
            if not pod["metadata"].get("deletionTimestamp"):
                release = pod["metadata"]["labels"]["seatrial.io/release"]
                found[release] = found.get(release, 0) + 1
        return found

    @property
    def _root(self) -> Path:
        return self.target.workspace.root

    def _argv(self, command: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "seatrial", command, "--env", self.target.name, *words]


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    """The workspace of the tests' instance; `dev` is refused unless SEATRIAL_TEST_ON_DEV is set."""
    instance = os.environ.get("SEATRIAL_INSTANCE", "dev")
    if instance == "dev" and not os.environ.get("SEATRIAL_TEST_ON_DEV"):
        pytest.fail("these tests release: INSTANCE=test, or SEATRIAL_TEST_ON_DEV=1", pytrace=False)
    return find(instance)


@pytest.fixture(scope="session")
def environment(workspace: Workspace) -> ReleaseEnvironment:
    """The environment `trial`, bootstrapped; commands get its settings by environment variables."""
    for key, value in SETTINGS.items():
        os.environ.setdefault(f"SEATRIAL_ENVIRONMENTS__TRIAL__{key}", value)
    os.environ["SEATRIAL_INSTANCE"] = workspace.instance
    created = ReleaseEnvironment(Target(load(workspace), workspace, "trial", SERVICES))
    code, output = created.run("bootstrap")
    assert code == 0, output
    return created


@pytest.fixture(scope="session")
def golden(workspace: Workspace, environment: ReleaseEnvironment) -> GoldenSet:
    """The golden set that the pipeline fetched."""
    return environment.target.golden(workspace.read_result(FetchResult, current=False).golden)


@pytest.fixture(scope="session")
def images(workspace: Workspace, environment: ReleaseEnvironment) -> ImageFactory:
    """Builds images from the one that the pipeline pushed."""
    return image_factory(environment)


@pytest.fixture(scope="session")
def first(environment: ReleaseEnvironment, images: ImageFactory) -> Record:
    """An accepted release, so that the environment has a stable one."""
    if not environment.target.records.stable():
        code, output = environment.release(images.working("first"))
        assert code == 0, output
    return environment.stable()


@pytest.fixture(autouse=True)
def no_holds(environment: ReleaseEnvironment) -> Iterator[None]:
    """Lift what the rollbacks of a test held: all images here are of one working state and model."""
    yield
    if any(record.hold for record in environment.target.records.all()):
        code, output = environment.run("resume")
        assert code == 0, output


@pytest.fixture
def user_load(
    environment: ReleaseEnvironment,
    first: Record,
    golden: GoldenSet,
    workspace: Workspace,
    request: pytest.FixtureRequest,
) -> Iterator[UserLoad]:
    """A load on the live address (`with user_load:`); its timeline is written to reports/."""
    endpoint = environment.target.by_name()
    load = UserLoad(endpoint.url, endpoint.address, golden.photos, rate=10)
    yield load
    load.write(workspace.root / "reports" / workspace.instance / f"{request.node.name}-timeline.jsonl")


@pytest.fixture
def live_responses(
    environment: ReleaseEnvironment, first: Record, golden: GoldenSet
) -> Callable[[], list[object]]:
    """A function that returns `/version` and the predictions for each golden photo at the live address."""

    def send() -> list[object]:
        endpoint = environment.target.by_name()
        api = ApiClient(endpoint.url, endpoint.address, keep_alive=False)
        found = [api.predict(photo.path.read_bytes()).json()["predictions"] for photo in golden.photos]
        return [api.version(), *found]

    return send


def image_factory(environment: ReleaseEnvironment) -> ImageFactory:
    """Return a factory based on the image and the model of the last pipeline run."""
    workspace = environment.target.workspace
    pushed = workspace.read_result(PushResult, current=False)
    fetched = workspace.read_result(FetchResult, current=False)
    return ImageFactory(environment.target.settings, workspace, pushed.image_id, Path(fetched.model_path))
