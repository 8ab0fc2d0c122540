"""All that the environments know: their releases and pods. One that does not answer is named, no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from seatrial.errors import OutsideError, SeatrialError
from seatrial.kube.labels import MANAGED_SELECTOR, RELEASE
from seatrial.kube.protocol import Manifest
from seatrial.provenance.query import Query
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.settings import Settings
from seatrial.workspace import Workspace

# A pod's requests of the last minutes to hours, by load; the kubelet keeps 10 MiB.
LOG_LINES = 50_000


@dataclass(frozen=True)
class EnvironmentContents:
    """One environment that answered."""

    target: Target
    records: list[Record]
    pods: list[Manifest]


@dataclass(frozen=True)
class Inventory:
    """The environments that answered, and why the others did not."""

    places: list[EnvironmentContents]
    silent: dict[str, str] = field(default_factory=dict)

    def records(self, means: Callable[[Record], bool]) -> list[Record]:
        """Return the records that are meant, the one that changed last first."""
        found = [record for place in self.places for record in place.records if means(record)]
        return sorted(found, key=lambda record: record.since, reverse=True)

    def pods(self, record: Record) -> tuple[str, ...]:
        """Return the names of the pods that run a release."""
        place = next(p for p in self.places if p.target.name == record.environment)
        return tuple(_name(pod) for pod in place.pods if _release(pod) == record.release)

    def release_of_pod(self, word: str) -> str:
        """Return the release that a pod of this name runs, or nothing."""
        return next((_release(pod) for _, pod in self._pods() if _name(pod) == word), "")

    def answered(self, question: Query) -> tuple[str, str]:
        """Return the pod whose log tells of a request, and the release that it runs; else nothing."""
        request = question.request
        for place, pod in self._pods() if request else ():
            if _tells_of(place, _name(pod), request):
                return _name(pod), _release(pod)
        return "", ""

    def _pods(self) -> Iterator[tuple[EnvironmentContents, Manifest]]:
        return ((place, pod) for place in self.places for pod in place.pods)


def query_environments(settings: Settings, workspace: Workspace, services: Services) -> Inventory:
    """Ask every environment at once for its records and pods; each has one short try."""
    with ThreadPoolExecutor(max(1, len(settings.environments))) as pool:
        asked = [pool.submit(_ask, settings, workspace, services, name) for name in settings.environments]
        answers = [each.result() for each in asked]
    silent = zip(settings.environments, answers, strict=True)
    return Inventory(
        [answer for answer in answers if isinstance(answer, EnvironmentContents)],
        {name: answer for name, answer in silent if isinstance(answer, str)},
    )


def _ask(
    settings: Settings, workspace: Workspace, services: Services, name: str
) -> EnvironmentContents | str:
    target = Target(settings, workspace, name, services, patience=0)
    try:
        records = target.records.all()
        return EnvironmentContents(
            target, records, target.cluster.list("Pod", target.environment.namespace, labels=MANAGED_SELECTOR)
        )
    except SeatrialError as error:
        return error.message


def _tells_of(place: EnvironmentContents, pod: str, request: str) -> bool:
    try:
        log = place.target.cluster.log(pod, place.target.environment.namespace, lines=LOG_LINES)
    except OutsideError:
        return False
    return any(request in line and _id(line) == request for line in log.splitlines())


def _id(line: str) -> str:
    try:
        return str(json.loads(line)["request_id"])
    except (ValueError, LookupError, TypeError):
        return ""


def _name(pod: Manifest) -> str:
    return str(pod["metadata"]["name"])


def _release(pod: Manifest) -> str:
    return str((pod["metadata"].get("labels") or {}).get(RELEASE, ""))
