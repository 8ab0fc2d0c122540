"""Releases that go wrong, each in a way of its own: what is released, what is in its way, how it must end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from e2e.release.conftest import Trial
from e2e.release.faulty import faulty
from e2e.release.images import Images
from e2e.release.machine import administer, apiserver_away, part, paused, unreachable_from_the_node
from seatrial.release.records import State
from seatrial.release.waiting import until

# What the local cloud's load balancer has to give.
ADDRESSES = 12
AWAY_SECONDS = 30
SOON = {"ROLLOUT_SECONDS": "15"}
Image = Callable[[Images, Trial], str]


@dataclass(frozen=True)
class Fault:
    """One way to go wrong: the image, what is in its way meanwhile, and how the release must end.

    `left` is the state that the release ends in, None where nothing is recorded; `says` stands in what the
    last command prints; `settings` are those of the environment, for this release alone.
    """

    name: str
    image: Image
    code: int
    left: State | None
    says: str
    settings: Mapping[str, str] = field(default_factory=dict)
    trouble: Callable[[Trial], AbstractContextManager[None]] = lambda _trial: nullcontext()


@contextmanager
def _quota_reached(trial: Trial) -> Iterator[None]:
    """Allow the namespace no more pods than it has."""
    namespace, pods = trial.target.environment.namespace, sum(trial.pods().values())
    administer(trial, "create", "quota", "no-more", f"--hard=pods={pods}", "-n", namespace)

    def counted() -> bool | None:
        used = administer(trial, "get", "quota", "no-more", "-n", namespace, "-o", "jsonpath={.status.used}")
        return True if used else None

    try:
        until("the quota to be counted", counted, 30)
        yield
    finally:
        administer(trial, "delete", "quota", "no-more", "-n", namespace)


@contextmanager
def _addresses_used_up(trial: Trial) -> Iterator[None]:
    """Have others hold every address of the load balancer that is free."""
    cluster, namespace = trial.target.cluster, "default"
    names = [f"taken-{number}" for number in range(ADDRESSES)]

    try:
        for name in names:
            cluster.apply(_balanced(name, namespace), manager="test")
        until("the last address to be taken", lambda: _all_told(trial, names), 30)
        yield
    finally:
        for name in names:
            cluster.delete("Service", name, namespace)


def _all_told(trial: Trial, names: list[str]) -> bool | None:
    """Every one of these Services has its address, or was told that there is none left."""
    cluster = trial.target.cluster
    events = cluster.list("Event", "default", fields="reason=NoAddressLeft")
    told = {event["involvedObject"]["uid"] for event in events}
    found = [cluster.get("Service", name, "default") or {} for name in names]
    done = [each["status"].get("loadBalancer") or each["metadata"]["uid"] in told for each in found]
    return True if all(done) else None


def _balanced(name: str, namespace: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": "LoadBalancer", "selector": {"no": "body"}, "ports": [{"name": "http", "port": 80}]},
    }


def _apiserver_away(trial: Trial) -> AbstractContextManager[None]:
    number = trial.last().number + 1
    begun = lambda: any(record.number == number for record in trial.target.records.all())  # noqa: E731
    return apiserver_away(trial, begun, AWAY_SECONDS)


def _honest(name: str) -> Image:
    return lambda images, _trial: images.honest(name)


def _turning_to_errors(images: Images, trial: Trial) -> str:
    return faulty(images, "turning", trial.target.environment.host)


FAULTS = (
    Fault("image that does not exist", lambda i, _: i.absent(), 10, None, "there is no image"),
    Fault("crashes at start", lambda i, _: i.crashing(), 10, "refused", "no luck today"),
    Fault("never ready", lambda i, _: faulty(i, "never ready"), 10, "refused", "not within 15 s", SOON),
    Fault("ready but wrong labels", lambda i, _: i.wrong(), 10, "refused", "each golden photo its label"),
    Fault(
        "ready but slow",
        lambda i, _: faulty(i, "slow"),
        10,
        "refused",
        "answers under load are quick",
        {"MAX_P95_MILLISECONDS": "3000"},
    ),
    Fault("10 % errors", lambda i, _: faulty(i, "errors"), 10, "refused", "500"),
    Fault(
        "turns wrong after the switch",
        lambda i, t: i.turning_wrong(t.target.environment.host),
        20,
        "switched-back",
        "wrong answer",
    ),
    Fault("turns to errors after the switch", _turning_to_errors, 20, "switched-back", "requests failed"),
    Fault(
        "apiserver away for 30 s",
        _honest("apiserver-away"),
        0,
        "stable",
        "is stable at",
        {"ROLLOUT_SECONDS": "150"},
        _apiserver_away,
    ),
    Fault(
        "node short of CPU and memory",
        _honest("greedy"),
        10,
        "refused",
        "Insufficient cpu",
        {**SOON, "OVERLAY": "tests/e2e/release/overlays/greedy"},
    ),
    Fault("quota reached", _honest("quota"), 10, "refused", "exceeded quota", SOON, _quota_reached),
    Fault(
        "registry away from the node",
        _honest("no-way-to-the-registry"),
        10,
        "refused",
        "ErrImagePull",
        SOON,
        lambda trial: unreachable_from_the_node(trial.target.workspace, "registry"),
    ),
    Fault(
        "registry away",
        _honest("registry-away"),
        30,
        None,
        "does not answer",
        {},
        lambda trial: paused(part(trial.target.workspace, "registry")),
    ),
    Fault(
        "load balancer without an address",
        _honest("no-address"),
        10,
        "refused",
        "an address for Service classifier-preview",
        {"ADDRESS_SECONDS": "5"},
        _addresses_used_up,
    ),
    Fault(
        "name that does not resolve",
        _honest("no-name"),
        20,
        "switched-back",
        "does not resolve",
        {},
        lambda trial: paused(part(trial.target.workspace, "dns")),
    ),
)
