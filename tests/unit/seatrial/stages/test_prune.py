"""prune, with environments, a registry and an engine in memory, and reports in a real directory."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from memory_environments import REGISTRY, Environments, digest
from memory_registry import MemoryEngine, MemoryRegistry
from seatrial.errors import OutsideError
from seatrial.results import PruneResult
from seatrial.retention.plan import PrunePlan
from seatrial.settings import Prune, Registry
from seatrial.stages.prune import always, prune
from seatrial.workspace import Workspace

OVERRIDE = {"SEATRIAL_REGISTRY__ADDRESS": "shared.test"}


class _RefusingRegistry(MemoryRegistry):
    """Refuses requests of one method, and counts them."""

    def __init__(self, method: str, images: MemoryRegistry) -> None:
        super().__init__(images.repository, images.tags, images.configs)
        self._method, self.refusals = method, 0

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Raise OutsideError for the refused method."""
        if method == self._method:
            self.refusals += 1
            raise OutsideError(f"the registry refuses {method}")
        return super().call(method, path, **options)


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

    def prune(self, *, dry_run: bool = False, confirmed: bool = True) -> PruneResult:
        """Run the stage, keeping the newest report and the newest image."""
        settings = self.environments.settings.model_copy(update={"prune": Prune(reports=1, images=1)})
        confirm = always if confirmed else self._decline
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

    def _connect(self, registry: Registry) -> MemoryRegistry:
        self.connected.append(registry.address)
        return self.registry

    def _decline(self, plan: PrunePlan) -> bool:
        assert plan.removals
        return False


@pytest.fixture
def harness(environments: Environments, workspace: Workspace) -> PruneHarness:
    """Two reports, two registry images and two engine images that nothing refers to, and a released one."""
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


def _removed(result: PruneResult) -> list[str]:
    return [item.name.split()[0] for item in result.items if item.removed]


def _is_unchanged(found: PruneHarness) -> bool:
    images = sorted(found.registry.tags) == ["new", "old", "released"] and len(found.engine.stored) == 2
    return images and len(list(found.reports.iterdir())) == 2


def test_old_unused_items_are_removed_from_every_part(harness: PruneHarness) -> None:
    """The newest items and the released image are kept."""
    result = harness.prune()
    assert _removed(result) == ["run-1", "classifier:old", "seatrial/classifier:old"]
    assert result.untouched == {}
    assert sorted(harness.registry.tags) == ["new", "released"]
    assert list(harness.engine.stored) == ["id-new"]
    assert [path.name for path in harness.reports.iterdir()] == ["run-2.json"]


def test_a_dry_run_removes_nothing(harness: PruneHarness) -> None:
    """The result is the plan."""
    result = harness.prune(dry_run=True)
    assert result.dry_run
    assert _removed(result) == ["run-1", "classifier:old", "seatrial/classifier:old"]
    assert _is_unchanged(harness)


def test_a_declined_plan_removes_nothing(harness: PruneHarness) -> None:
    """The result is that of a dry run."""
    assert harness.prune(confirmed=False).dry_run
    assert _is_unchanged(harness)


def test_without_removals_no_confirmation_is_needed(harness: PruneHarness) -> None:
    """A second run has nothing to remove."""
    harness.prune()
    result = harness.prune(confirmed=False)
    assert (result.dry_run, _removed(result)) == (False, [])


def test_with_an_unreachable_environment_no_image_is_removed(harness: PruneHarness) -> None:
    """Its references are unknown, so the registry is not even connected to; reports of runs are removed."""
    harness.environments.unreachable.add("production")
    result = harness.prune()
    assert harness.connected == []
    assert list(result.untouched) == ["images (production)"]
    assert _removed(result) == ["run-1"]


def test_a_registry_overridden_apart_from_its_cluster_is_not_touched(harness: PruneHarness) -> None:
    """The result has the reason in one line; reports and engine images are removed."""
    harness.environ = OVERRIDE
    result = harness.prune()
    assert harness.connected == []
    assert result.untouched == {
        f"registry {REGISTRY}": "its address is from environment variables, but the cluster of staging from "
        "seatrial.toml, so its releases are unknown"
    }
    assert _removed(result) == ["run-1", "seatrial/classifier:old"]
    assert sorted(harness.registry.tags) == ["new", "old", "released"]


def test_a_registry_overridden_with_its_cluster_is_pruned(harness: PruneHarness) -> None:
    """Each environment's context is overridden as well."""
    contexts = [f"SEATRIAL_ENVIRONMENTS__{name}__CONTEXT" for name in ("STAGING", "PRODUCTION")]
    harness.environ = {**OVERRIDE, **dict.fromkeys(contexts, "another")}
    assert harness.prune().untouched == {}
    assert harness.connected == [REGISTRY]
    assert sorted(harness.registry.tags) == ["new", "released"]


def test_a_part_that_does_not_respond_is_not_touched(harness: PruneHarness) -> None:
    """The other parts are pruned."""
    harness.registry = _RefusingRegistry("GET", harness.registry)
    result = harness.prune()
    assert result.untouched == {f"registry {REGISTRY}": "the registry refuses GET"}
    assert _removed(result) == ["run-1", "seatrial/classifier:old"]


def test_an_error_while_removing_ends_that_part(harness: PruneHarness) -> None:
    """The rest of the part is reported as not removed; the other parts are pruned."""
    harness.registry.add(digest("9"), "oldest", day=1, state="tree-9")
    harness.registry = registry = _RefusingRegistry("DELETE", harness.registry)
    result = harness.prune()
    assert registry.refusals == 1
    assert result.untouched == {f"registry {REGISTRY}": "the registry refuses DELETE"}
    assert _removed(result) == ["run-1", "seatrial/classifier:old"]
    reasons = [item.why for item in result.items if "oldest" in item.name or ":old " in item.name]
    assert reasons == ["not removed: the registry refuses DELETE"] * 2


def test_an_engine_image_in_use_is_kept(harness: PruneHarness) -> None:
    """An image of a container is used, also if the container is stopped."""
    harness.engine.used.add("id-old")
    assert "seatrial/classifier:old" not in _removed(harness.prune())
    assert "id-old" in harness.engine.stored
