"""Releases that go wrong, each in a way of its own: what is released, what is in its way, how it must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from e2e.release import troubles
from e2e.release.conftest import Trial
from e2e.release.faulty import faulty
from e2e.release.images import Images
from seatrial.release.record import State

SOON = {"ROLLOUT_SECONDS": "15"}
Image = Callable[[Images, Trial], str]


@dataclass(frozen=True)
class Fault:
    """One way to go wrong: the image, what is in its way meanwhile, and how the release must end.

    `left` is the state that the release ends in, None where nothing is recorded; `says` stands in what the
    last command prints; `settings` are those of the environment, for this release alone. The `quick` ones
    are tested with every release test, the others by `make test-faults`.
    """

    name: str
    image: Image
    code: int
    left: State | None
    says: str
    settings: Mapping[str, str] = field(default_factory=dict)
    trouble: Callable[[Trial], AbstractContextManager[None]] = lambda _trial: nullcontext()
    quick: bool = False


def _honest(name: str) -> Image:
    return lambda images, _trial: images.honest(name)


def _turning_wrong(images: Images, trial: Trial) -> str:
    return images.turning_wrong(trial.target.environment.host)


def _turning_to_errors(images: Images, trial: Trial) -> str:
    return faulty(images, "turning", trial.target.environment.host)


def _turning_slow(images: Images, trial: Trial) -> str:
    return faulty(images, "turning slow", trial.target.environment.host)


FAULTS = (
    Fault("image that does not exist", lambda i, _: i.absent(), 10, None, "there is no image", quick=True),
    Fault("crashes at start", lambda i, _: i.crashing(), 10, "refused", "no luck today"),
    Fault("never ready", lambda i, _: faulty(i, "never ready"), 10, "refused", "timed out after 15 s", SOON),
    Fault(
        "ready but wrong labels",
        lambda i, _: i.wrong(),
        10,
        "refused",
        "each golden photo its label",
        quick=True,
    ),
    Fault(
        "ready but slow",
        lambda i, _: faulty(i, "slow"),
        10,
        "refused",
        "took longer than 3000 ms",
        {"MAX_P95_MILLISECONDS": "3000"},
    ),
    Fault(
        "less sure than stable with the same model",
        lambda i, _: faulty(i, "doubting"),
        10,
        "refused",
        "answers are as sure as from stable",
    ),
    Fault("10 % errors", lambda i, _: faulty(i, "errors"), 10, "refused", "500"),
    Fault(
        "turns wrong after the switch",
        _turning_wrong,
        20,
        "switched-back",
        "wrong answer",
        quick=True,
    ),
    Fault("turns to errors after the switch", _turning_to_errors, 20, "switched-back", "requests failed"),
    Fault(
        "turns slow after the switch",
        _turning_slow,
        20,
        "switched-back",
        "answers took longer than",
        {"MAX_SLOWDOWN": "3", "BAKE_SECONDS": "12"},
    ),
    Fault(
        "apiserver away for 30 s",
        _honest("apiserver-away"),
        0,
        "stable",
        "is stable at",
        {"ROLLOUT_SECONDS": "150"},
        troubles.apiserver_away_mid_release,
    ),
    Fault(
        "node short of CPU and memory",
        _honest("greedy"),
        10,
        "refused",
        "Insufficient cpu",
        {**SOON, "OVERLAY": "tests/e2e/release/overlays/greedy"},
    ),
    Fault("quota reached", _honest("quota"), 10, "refused", "exceeded quota", SOON, troubles.quota_reached),
    Fault(
        "registry away from the node",
        _honest("no-way-to-the-registry"),
        10,
        "refused",
        "ErrImagePull",
        SOON,
        troubles.registry_away_from_the_node,
    ),
    Fault(
        "registry away",
        _honest("registry-away"),
        30,
        None,
        "does not answer",
        {},
        troubles.registry_away,
    ),
    Fault(
        "load balancer without an address",
        _honest("no-address"),
        10,
        "refused",
        "an address for Service classifier-preview",
        {"ADDRESS_SECONDS": "5"},
        troubles.addresses_used_up,
    ),
    Fault(
        "name that does not resolve",
        _honest("no-name"),
        20,
        "switched-back",
        "does not resolve",
        {},
        troubles.names_away,
    ),
    Fault(
        "paused Deployment",
        _turning_wrong,
        20,
        "switched-back",
        "wrong answer",
        trouble=troubles.stable_paused,
    ),
    Fault("a hand edit", _turning_wrong, 20, "switched-back", "wrong answer", trouble=troubles.stable_edited),
)
