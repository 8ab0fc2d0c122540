"""An environment of the tests' own, commands in processes of their own, and users at the live address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.api_client import ApiClient
from e2e.load import Users
from e2e.release.images import Images
from imagemodel.golden import GoldenSet
from seatrial.process import run
from seatrial.release.record import Record
from seatrial.release.target import Target
from seatrial.results import FetchResult, PushResult
from seatrial.settings import load
from seatrial.workspace import Workspace, find

ENVIRONMENT = {
    "NAMESPACE": "trial",
    "OVERLAY": "deploy/overlays/staging",
    "HOST": "trial.seatrial.test",
    "BAKE_SECONDS": "6",
    "LEASE_SECONDS": "6",
    # Sizes are counted: how the autoscaler changes them is a test of its own.
    "MAX_REPLICAS": "2",
    # Users, the suite and the pipeline share one small machine here: these tests judge no latency.
    "MAX_P95_MILLISECONDS": "9000",
    "MAX_SLOWDOWN": "50",
    "LOAD_PER_SECOND": "5",
}
COMMAND_SECONDS = 180


@dataclass(frozen=True)
class Trial:
    """The environment `trial` of the tests' instance, and the commands a person would type there."""

    target: Target

    def run(self, command: str, *words: str) -> tuple[int, str]:
        """Run `seatrial COMMAND --env trial` to its end; return its exit code and what it printed."""
        done = run(self._argv(command, *words), timeout=COMMAND_SECONDS, cwd=self._root, check=False)
        return done.code, done.output

    def start(self, command: str, *words: str) -> subprocess.Popen[str]:
        """Start the same and do not wait for it."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(self._argv(command, *words), cwd=self._root, text=True, **streams)  # type: ignore[call-overload,no-any-return]

    def release(self, image: str) -> tuple[int, str]:
        """Deploy and accept an image; the exit code and the output of the command that ended it."""
        code, output = self.run("deploy", "--image", image)
        return (code, output) if code else self.run("accept")

    def stable(self) -> Record:
        """Return the stable release."""
        found = self.target.records.stable()
        assert found is not None, "nothing is stable"
        return found

    def last(self) -> Record:
        """Return the newest release, however it ended."""
        return self.target.records.all()[-1]

    def pods(self) -> dict[str, int]:
        """Return how many pods there are of each release, those on their way out left aside."""
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
    """The tests' own instance; the user's is left alone unless it is lent by name."""
    instance = os.environ.get("SEATRIAL_INSTANCE", "dev")
    if instance == "dev" and not os.environ.get("SEATRIAL_TEST_ON_DEV"):
        pytest.fail("these tests release: INSTANCE=test, or SEATRIAL_TEST_ON_DEV=1", pytrace=False)
    return find(instance)


@pytest.fixture(scope="session")
def trial(workspace: Workspace) -> Trial:
    """The environment `trial`, bootstrapped, made known to every command by the environment alone."""
    for key, value in ENVIRONMENT.items():
        os.environ.setdefault(f"SEATRIAL_ENVIRONMENTS__TRIAL__{key}", value)
    os.environ["SEATRIAL_INSTANCE"] = workspace.instance
    made = Trial(Target(load(workspace), workspace, "trial"))
    code, output = made.run("bootstrap")
    assert code == 0, output
    return made


@pytest.fixture(scope="session")
def golden(workspace: Workspace, trial: Trial) -> GoldenSet:
    """The golden set that the pipeline fetched."""
    return trial.target.golden(workspace.read_result(FetchResult, current=False).golden.digest)


@pytest.fixture(scope="session")
def images(workspace: Workspace, trial: Trial) -> Images:
    """Makes images from the one that the pipeline pushed."""
    pushed = workspace.read_result(PushResult, current=False)
    fetched = workspace.read_result(FetchResult, current=False)
    return Images(trial.target.settings, workspace, pushed.image_id, Path(fetched.model_path))


@pytest.fixture(scope="session")
def first(trial: Trial, images: Images) -> Record:
    """A release that was accepted: what users have before anything happens."""
    if not trial.target.records.stable():
        code, output = trial.release(images.honest("first"))
        assert code == 0, output
    return trial.stable()


@pytest.fixture
def crowd(
    trial: Trial, first: Record, golden: GoldenSet, workspace: Workspace, request: pytest.FixtureRequest
) -> Iterator[Users]:
    """Users at the live address (`with crowd:`); their timeline stays under reports/."""
    endpoint = trial.target.by_name()
    users = Users(endpoint.url, endpoint.address, golden.photos, rate=10)
    yield users
    users.write(workspace.root / "reports" / workspace.instance / f"{request.node.name}-timeline.jsonl")


@pytest.fixture
def answers(trial: Trial, first: Record, golden: GoldenSet) -> Callable[[], list[object]]:
    """What the live address says of each golden photo, and who it says it is."""

    def ask() -> list[object]:
        endpoint = trial.target.by_name()
        api = ApiClient(endpoint.url, endpoint.address, keep=False)
        found = [api.predict(photo.path.read_bytes()).json()["predictions"] for photo in golden.photos]
        return [api.version(), *found]

    return ask
