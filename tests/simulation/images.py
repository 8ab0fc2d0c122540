"""The images that are released in a simulation, and how each behaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal, cast

from imagemodel.card import FileEntry
from imagemodel.golden import GoldenSet, Photo
from seatrial.image.inspection import ImageFacts
from seatrial.image_reference import ImageReference
from seatrial.results import Artefact
from seatrial.settings import Registry, Settings, load
from seatrial.workspace import Workspace

Behaviour = Literal["good", "never ready", "wrong", "wrong live", "failing live"]

REGISTRY = "registry.test:5000"
LABEL = "red"
DIGEST = "sha256:" + "d" * 64
ROOT = Path(__file__).parents[2]


class PhotoFile:
    """The file of a photo, without a disk."""

    name = "red.png"
    parent = Path("golden")

    def read_bytes(self) -> bytes:
        """Return its bytes."""
        return b"red"


def golden_set() -> GoldenSet:
    """Return a golden set of one photo."""
    path = cast("Path", PhotoFile())
    photo = Photo(path, LABEL, 0, 0.5, "source", "licence", FileEntry("d" * 64, 3))
    return GoldenSet("photos", "1.0.0", (photo,), DIGEST)


GOLDEN = golden_set()


def workspace_of(machine: str, image: int) -> Workspace:
    """Return the workspace that an image was built from; its state is known, so that git is not asked."""
    workspace = Workspace(Path("/nonexistent"), machine)
    state = {
        "working_state": working_state(image),
        "revision": "c0ffee",
        "lock_digest": DIGEST,
        "commit": "c0ffee",
    }
    workspace.__dict__.update(state)
    return workspace


@cache
def settings() -> Settings:
    """Return settings of `staging` and `production`, with short times, so that a schedule has few steps."""
    loaded = load(Workspace(ROOT, "simulation"))
    short = {
        "bake_seconds": 3.0,
        "rollout_seconds": 20.0,
        "address_seconds": 15.0,
        "lease_seconds": LEASE_SECONDS,
        "load_per_second": 2.0,
        "max_replicas": 5,
        "max_error_rate": 0.0,
        "registry": None,
        "approval": "",
    }
    # Both ways to reach a candidate are simulated.
    paths = {"staging": "api-server", "production": "load-balancer"}
    environments = {
        name: loaded.environment(name).model_copy(
            update={**short, "context": name, "namespace": name, "preview_path": paths[name]}
        )
        for name in ("staging", "production")
    }
    registry = loaded.registry.model_copy(update={"address": REGISTRY})
    store = loaded.store.model_copy(update={"url": "s3://simulated"})
    return loaded.model_copy(update={"environments": environments, "registry": registry, "store": store})


LEASE_SECONDS = 20
REBUILT = 1000


def digest_of(number: int) -> str:
    """Return the digest of an image by its number."""
    return f"sha256:{number:064x}"


def working_state(number: int) -> str:
    """Return the working state of an image; the image built again from it has a number REBUILT higher."""
    return f"tree-{number % REBUILT}"


@dataclass
class SimulatedImages:
    """The registry: images by digest with their behaviour (not listed: good)."""

    behaviours: dict[str, Behaviour] = field(default_factory=dict)

    def reference(self, number: int) -> ImageReference:
        """Return an image by its number."""
        return ImageReference(REGISTRY, "classifier", digest_of(number))

    def behaviour(self, image: str) -> Behaviour:
        """Return the behaviour of an image, by its reference."""
        return self.behaviours.get(image.rpartition("@")[2], "good")

    def inspect(self, registry: Registry, reference: ImageReference) -> ImageFacts:  # noqa: ARG002
        """Return the facts of an image."""
        number = int(reference.digest.removeprefix("sha256:"), 16)
        return replace(FACTS, reference=reference, working_state=working_state(number))

    def require_checked(self, registry: Registry, reference: ImageReference) -> None:
        """Accept every image."""

    def copy(self, source: Registry, reference: ImageReference, target: Registry) -> int:  # noqa: ARG002
        """Return 0: the environments have the same registry."""
        return 0

    def platform(self, registry: Registry, reference: ImageReference) -> tuple[str, str]:  # noqa: ARG002
        """Return linux/amd64."""
        return "linux", "amd64"


FACTS = ImageFacts(
    reference=ImageReference(REGISTRY, "classifier", DIGEST),
    model=Artefact(name="colours", version="1.0.0", digest=DIGEST),
    golden=Artefact(name=GOLDEN.name, version=GOLDEN.version, digest=DIGEST),
    revision="c0ffee",
    working_state="tree",
    lock_digest=DIGEST,
)
