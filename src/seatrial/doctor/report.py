"""What this machine has and lacks for the road, and the cure of each lack."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from seatrial.doctor import container_engine as engine
from seatrial.doctor import resources, tools
from seatrial.doctor import services as parts
from seatrial.doctor.finding import Finding
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace

WIDTH = 160


@dataclass(frozen=True)
class Report:
    """Everything that was looked at, in order."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing that is needed is missing."""
        return all(finding.state != "missing" for finding in self.findings)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The findings for machines: what, state, detail, cure."""
        return [finding.row for finding in self.findings]

    @property
    def table(self) -> str:
        """The findings for people, as plain text."""
        table = Table("what", "state", "found", "cure", box=None, pad_edge=False)
        for finding in self.findings:
            table.add_row(*(Text(value) for value in finding.row.values()))
        out = Console(file=io.StringIO(), width=WIDTH, color_system=None)
        out.print(table)
        text = out.file.getvalue() if isinstance(out.file, io.StringIO) else ""
        return "\n".join(line.rstrip() for line in text.splitlines())


def doctor(workspace: Workspace) -> Report:
    """Look at the machine and at every part that is set; starts and changes nothing.

    Raises UsageError when a setting is wrong. Parts that nobody has set yet are told as such.
    """
    settings = load(workspace)
    with ThreadPoolExecutor(max_workers=8) as pool:
        asked = [pool.submit(look) for look in _looks(workspace, settings)]
    return Report(tuple(look.result() for look in asked))


def _looks(workspace: Workspace, settings: Settings) -> Iterator[Callable[[], Finding]]:
    found, can_install = engine.ask(workspace), engine.installable()
    yield tools.python
    yield from (partial(tools.tool, name) for name in ("make", "git"))
    yield partial(engine.engine, found, installable=can_install)
    yield partial(tools.build_client, installable=can_install)
    yield partial(engine.cgroup, found)
    yield partial(resources.memory, found.running)
    root = Path(str(found.info.get("DockerRootDir") or "/var/lib"))
    if root.is_dir():
        yield partial(resources.disk, "disk, engine", root)
    yield partial(resources.disk, "disk, cache", workspace.cache)
    yield partial(resources.ports, workspace, found.running)
    yield partial(parts.store, settings)
    yield partial(parts.registry, settings)
    for name in settings.environments:
        cache = workspace.directory / "cache" / f"doctor-{name}.json"
        yield partial(parts.cluster, settings, name, cache)
