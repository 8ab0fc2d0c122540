"""Everything that `prune` reads and removes: environments, registry and engine in memory, real reports."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from memory_environments import Environments, digest
from memory_registry import MemoryEngine, MemoryRegistry
from seatrial.results import PruneResult
from seatrial.retention.plan import PrunePlan
from seatrial.settings import ClusterSettings, Prune, Registry
from seatrial.stages.prune import prune
from seatrial.workspace import Workspace


@dataclass
class PruneHarness:
    """Everything that prune reads and removes; `connected` are the registries it connected to."""

    environments: Environments
    workspace: Workspace
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    engine: MemoryEngine = field(default_factory=MemoryEngine)
    environ: dict[str, str] = field(default_factory=dict)
    connected: list[str] = field(default_factory=list)

    @property
    def reports(self) -> Path:
        """The directory of the reports."""
        return self.workspace.root / "reports" / self.workspace.instance

    def prune(
        self, *, dry_run: bool = False, confirm: Callable[[PrunePlan], bool] | None = None
    ) -> PruneResult:
        """Run the stage, keeping the newest report and the newest image."""
        settings = self.environments.settings.model_copy(update={"prune": Prune(reports=1, images=1)})
        return prune(
            settings,
            self.workspace,
            dry_run=dry_run,
            confirm=confirm,
            services=self.environments.services,
            environ=self.environ,
            registry_api=self._connect,
            engine=lambda: self.engine,
        )

    def share_cluster(self, context: str) -> None:
        """Use one cluster for all environments, by the common context; only staging has a namespace."""
        settings = self.environments.settings.model_copy(update={"cluster": ClusterSettings(context=context)})
        self.environments.settings = settings
        self.environments.clusters[context] = self.environments.clusters["staging"]
        for name in settings.environments:
            self.set_context(name, "")

    def set_context(self, environment: str, context: str) -> None:
        """Set the context of an environment."""
        environments = self.environments.settings.environments
        environments[environment] = environments[environment].model_copy(update={"context": context})

    def _connect(self, registry: Registry) -> MemoryRegistry:
        self.connected.append(registry.address)
        return self.registry


def make_harness(environments: Environments, workspace: Workspace) -> PruneHarness:
    """Return two unused reports, registry images and engine images each, and a released image."""
    found = PruneHarness(environments, workspace)
    environments.release("staging", 1, "a", "stable")
    found.registry.add(digest("a"), "released", day=1, state="tree-a")
    found.registry.add(digest("b"), "old", day=2, state="tree-b")
    found.registry.add(digest("c"), "new", day=3, state="tree-c")
    found.engine.add("id-old", "seatrial/classifier:old", day=1, state="tree-b")
    found.engine.add("id-new", "seatrial/classifier:new", day=2, state="tree-c")
    found.reports.mkdir(parents=True)
    for age, name in enumerate(("run-2.json", "run-1.json")):
        (found.reports / name).write_text("{}")
        os.utime(found.reports / name, (1_000_000 - age, 1_000_000 - age))
    return found


def removed(result: PruneResult) -> list[str]:
    """Return the names of the removed items, of images without their digest."""
    return [item.name.split()[0] for item in result.items if item.removed]
