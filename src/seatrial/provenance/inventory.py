"""The releases and pods of all environments."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from seatrial.errors import OutsideError, SeatrialError
from seatrial.kube.labels import MANAGED_SELECTOR, RELEASE
from seatrial.kube.protocol import Manifest
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.settings import Settings
from seatrial.workspace import Workspace

# The kubelet keeps 10 MiB of log: the requests of minutes to hours, depending on the load.
LOG_LINES = 50_000


@dataclass(frozen=True)
class EnvironmentContents:
    """The releases and pods of one environment."""

    target: Target
    records: list[Record]
    pods: list[Manifest]


@dataclass(frozen=True)
class Inventory:
    """The contents of the environments that could be read, and why the others could not."""

    environments: list[EnvironmentContents]
    unreachable: dict[str, str] = field(default_factory=dict)

    def records(self, matches: Callable[[Record], bool] = lambda _: True) -> list[Record]:
        """Return the matching records of all environments, the last changed first."""
        found = [record for each in self.environments for record in each.records if matches(record)]
        return sorted(found, key=lambda record: record.since, reverse=True)

    def pods_of(self, record: Record) -> tuple[str, ...]:
        """Return the names of the pods that run a release."""
        contents = next(each for each in self.environments if each.target.name == record.environment)
        return tuple(_name(pod) for pod in contents.pods if _release(pod) == record.release)

    def release_of_pod(self, name: str) -> str:
        """Return the release that a pod runs, or an empty string."""
        return next((_release(pod) for _, pod in self._pods() if _name(pod) == name), "")

    def find_request(self, request: str) -> tuple[str, str]:
        """Return the pod whose log contains a request id, and its release; empty strings without one."""
        for contents, pod in self._pods() if request else ():
            if _has_logged(contents, _name(pod), request):
                return _name(pod), _release(pod)
        return "", ""

    def _pods(self) -> Iterator[tuple[EnvironmentContents, Manifest]]:
        return ((each, pod) for each in self.environments for pod in each.pods)


def query_environments(settings: Settings, workspace: Workspace, services: Services) -> Inventory:
    """Read records and pods of every environment in parallel, without retries."""
    targets = {
        name: Target(settings, workspace, name, services, patience=0) for name in settings.environments
    }
    with services.runtime.workers(max(1, len(targets))) as workers:
        tasks = {name: workers.submit(partial(_read, target)) for name, target in targets.items()}
    found = {name: task.result() for name, task in tasks.items()}
    return Inventory(
        [each for each in found.values() if isinstance(each, EnvironmentContents)],
        {name: reason for name, reason in found.items() if isinstance(reason, str)},
    )


def _read(target: Target) -> EnvironmentContents | str:
    """Return the contents of an environment, or the reason why it cannot be read."""
    try:
        records = target.records.all()
        pods = target.cluster.list("Pod", target.environment.namespace, labels=MANAGED_SELECTOR)
        return EnvironmentContents(target, records, pods)
    except SeatrialError as error:
        return error.message


def _has_logged(contents: EnvironmentContents, pod: str, request: str) -> bool:
    try:
        log = contents.target.cluster.log(pod, contents.target.environment.namespace, lines=LOG_LINES)
    except OutsideError:
        return False
    # Parsing JSON is slow, so only lines that contain the id are parsed.
    return any(request in line and request in _ids(line) for line in log.splitlines())


def _ids(line: str) -> tuple[object, ...]:
    """Return the request id of a log line, and the id of the trace that the request belongs to."""
    try:
        entry = json.loads(line)
        return (entry["request_id"], entry.get("trace_id"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()


def _name(pod: Manifest) -> str:
    return str(pod["metadata"]["name"])


def _release(pod: Manifest) -> str:
    return str((pod["metadata"].get("labels") or {}).get(RELEASE, ""))
