"""All findings about this machine, with the fix of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.table import Table
from rich.text import Text

from seatrial.console import plain_text
from seatrial.doctor import container_engine, resources, services, tools
from seatrial.doctor.environment import check_environment
from seatrial.doctor.finding import Finding
from seatrial.doctor.registry_rights import check_registry_rights
from seatrial.doctor.store_rights import check_store_rights
from seatrial.errors import SeatrialError
from seatrial.make_commands import with_instance
from seatrial.model.locks.lock import read_lock
from seatrial.runtime import SYSTEM, Runtime
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace

WIDTH = 160
WORKERS = 8
_Checks = Callable[[], tuple[Finding, ...]]


@dataclass(frozen=True)
class DoctorReport:
    """The findings, in the order of the table."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is missing."""
        return all(finding.state != "missing" for finding in self.findings)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The findings for `--json`."""
        return [finding.row for finding in self.findings]

    @property
    def table(self) -> str:
        """The findings as plain text."""
        table = Table("what", "state", "found", "fix", box=None, pad_edge=False)
        for finding in self.findings:
            # Before the lines are broken, after which a command is no longer found.
            table.add_row(*(Text(with_instance(value)) for value in finding.row.values()))
        return plain_text(table, WIDTH)


def doctor(workspace: Workspace, runtime: Runtime = SYSTEM, *, env: str = "") -> DoctorReport:
    """Check the machine and every configured service, all at once. Nothing is started or changed.

    With an environment, also every right that a release to it needs, and only the cluster of that one. A
    service without a setting is reported as such. Raises UsageError when a setting is wrong, or there is no
    such environment.
    """
    settings = load(workspace)
    checks = _environment(workspace, settings, env) if env else _clusters(workspace, settings)
    with runtime.workers(WORKERS) as workers:
        single = [workers.submit(check) for check in _checks(workspace, settings)]
        several = [workers.submit(check) for check in checks]
    findings = [task.result() for task in single]
    return DoctorReport((*findings, *(finding for task in several for finding in task.result())))


def _locked_name(workspace: Workspace) -> str:
    try:
        return read_lock(workspace.lock).model.name
    except SeatrialError:
        # Whether the store responds can be found out by any name.
        return "the-model"


def _checks(workspace: Workspace, settings: Settings) -> Iterator[Callable[[], Finding]]:
    status, can_install = container_engine.engine_status(workspace), container_engine.installable()
    yield tools.check_python
    yield from (partial(tools.check_tool, name) for name in ("make", "git"))
    yield partial(container_engine.check_engine, status, installable=can_install)
    yield partial(tools.check_build_client, installable=can_install)
    yield partial(container_engine.check_cgroup, status)
    yield partial(resources.check_memory, status.running)
    root = Path(str(status.info.get("DockerRootDir") or "/var/lib"))
    # The directory of an engine on another machine is not here.
    if resources.may_exist(root):
        yield partial(resources.check_disk, "disk, engine", root)
    yield partial(resources.check_disk, "disk, cache", workspace.cache)
    if resources.uses_local_cloud(settings, workspace):
        yield partial(resources.check_ports, workspace, status.running)
    yield partial(services.check_store, settings, _locked_name(workspace))
    yield partial(services.check_registry, settings)


def _clusters(workspace: Workspace, settings: Settings) -> list[_Checks]:
    def check(name: str) -> tuple[Finding, ...]:
        return (services.check_cluster(settings, name, _cache(workspace, name)),)

    return [partial(check, name) for name in settings.environments]


def _environment(workspace: Workspace, settings: Settings, env: str) -> list[_Checks]:
    settings.environment(env)
    return [
        lambda: _without_repetition(check_store_rights(settings, env, _locked_name(workspace))),
        lambda: _without_repetition(check_registry_rights(settings, env)),
        lambda: check_environment(settings, workspace, env, _cache(workspace, env)),
    ]


def _without_repetition(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return one finding where all fail for the same reason, such as a service that does not answer."""
    findings = tuple(found)
    reasons = {(finding.state, finding.detail) for finding in findings}
    return findings[:1] if len(reasons) == 1 and findings[0].state == "missing" else findings


def _cache(workspace: Workspace, name: str) -> Path:
    return workspace.directory / "cache" / f"doctor-{name}.json"
