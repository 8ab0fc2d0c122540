"""The table of faults: the image and the injection of each, and how the release must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from e2e.release import fault_injection
from e2e.release.conftest import ReleaseEnvironment
from e2e.release.faulty_images import ImageFault, faulty_image
from e2e.release.images import ImageFactory
from seatrial.release.record import State

SHORT_ROLLOUT = {"ROLLOUT_SECONDS": "15"}
LOAD_BALANCER = {"PREVIEW_PATH": "load-balancer"}
ImageBuilder = Callable[[ImageFactory, ReleaseEnvironment], str]
Injection = Callable[[ReleaseEnvironment], AbstractContextManager[None]]


def _no_injection(_environment: ReleaseEnvironment) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Fault:
    """One way in which a release fails.

    `code` is the exit code of the last command, `state` the release's last state (None: not recorded),
    `message` a part of the output. `settings` are those of the environment for this release. `quick` ones
    run with `make test-release`, the others with `make test-faults`.
    """

    name: str
    image: ImageBuilder
    code: int
    state: State | None
    message: str
    settings: Mapping[str, str] = field(default_factory=dict)
    injection: Injection = _no_injection
    quick: bool = False


def _working(name: str) -> ImageBuilder:
    return lambda images, _environment: images.working(name)


def _faulty(behaviour: ImageFault) -> ImageBuilder:
    return lambda images, environment: faulty_image(images, behaviour, environment.target.environment.host)


FAULTS = (
    Fault(
        "image that does not exist",
        lambda images, _: images.missing(),
        10,
        None,
        "does not exist",
        quick=True,
    ),
    Fault("crashes at start", lambda images, _: images.crashing(), 10, "refused", "crash on purpose"),
    Fault("never ready", _faulty("never ready"), 10, "refused", "timed out after 15 s", SHORT_ROLLOUT),
    Fault(
        "ready but wrong labels",
        lambda images, _: images.wrong_labels(),
        10,
        "refused",
        "each golden photo its label",
        quick=True,
    ),
    Fault(
        "ready but slow",
        _faulty("slow"),
        10,
        "refused",
        "took longer than 3000 ms",
        {"MAX_P95_MILLISECONDS": "3000", **LOAD_BALANCER},
    ),
    Fault(
        "less confident than stable with the same model",
        _faulty("less confident"),
        10,
        "refused",
        "probabilities compared with stable",
    ),
    Fault("10 % errors", _faulty("errors"), 10, "refused", "500"),
    Fault(
        "wrong labels after the switch",
        _faulty("wrong after the switch"),
        20,
        "switched-back",
        "wrong prediction",
        quick=True,
    ),
    Fault(
        "errors after the switch",
        _faulty("errors after the switch"),
        20,
        "switched-back",
        "requests failed",
    ),
    Fault(
        "slow after the switch",
        _faulty("slow after the switch"),
        20,
        "switched-back",
        "requests took longer than",
        {"MAX_SLOWDOWN": "3", "BAKE_SECONDS": "12"},
    ),
    Fault(
        "API server down for 30 s",
        _working("apiserver-down"),
        0,
        "stable",
        "is stable at",
        {"ROLLOUT_SECONDS": "150"},
        fault_injection.apiserver_down_during_release,
    ),
    Fault(
        "node short of CPU",
        _working("unschedulable"),
        10,
        "refused",
        "Insufficient cpu",
        {**SHORT_ROLLOUT, "OVERLAY": "tests/e2e/release/overlays/unschedulable"},
    ),
    Fault(
        "quota exceeded",
        _working("quota"),
        10,
        "refused",
        "exceeded quota",
        SHORT_ROLLOUT,
        fault_injection.quota_exceeded,
    ),
    Fault(
        "registry unreachable from the node",
        _working("no-route-to-the-registry"),
        10,
        "refused",
        "ErrImagePull",
        SHORT_ROLLOUT,
        fault_injection.registry_unreachable_from_node,
    ),
    Fault(
        "registry down",
        _working("registry-down"),
        30,
        None,
        "does not answer",
        injection=fault_injection.registry_down,
    ),
    Fault(
        "no address from the load balancer",
        _working("no-address"),
        10,
        "refused",
        "an address for Service classifier-preview",
        {"ADDRESS_SECONDS": "5", **LOAD_BALANCER},
        fault_injection.addresses_used_up,
    ),
    Fault(
        "name that does not resolve",
        _working("no-name"),
        20,
        "switched-back",
        "does not resolve",
        injection=fault_injection.dns_down,
    ),
    Fault(
        "paused Deployment",
        _faulty("wrong after the switch"),
        20,
        "switched-back",
        "wrong prediction",
        injection=fault_injection.stable_paused,
    ),
    Fault(
        "manual edit",
        _faulty("wrong after the switch"),
        20,
        "switched-back",
        "wrong prediction",
        injection=fault_injection.stable_edited,
    ),
)
