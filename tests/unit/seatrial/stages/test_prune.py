"""prune, with environments, a registry and an engine in memory, and reports in a real directory."""

from __future__ import annotations

from typing import Any

import requests

from memory_environments import REGISTRY, digest
from memory_registry import MemoryRegistry
from prune_harness import PruneHarness, removed
from seatrial.errors import OutsideError
from seatrial.image.statement_tag import statement_tag
from seatrial.retention.plan import PrunePlan

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


def _decline(plan: PrunePlan) -> bool:
    assert plan.removals
    return False


def _is_unchanged(found: PruneHarness) -> bool:
    images = sorted(found.registry.tags) == ["new", "old", "released"] and len(found.engine.stored) == 2
    return images and len(list(found.reports.iterdir())) == 2


def test_old_unused_items_are_removed_from_every_part(harness: PruneHarness) -> None:
    """The newest items and the released image are kept."""
    result = harness.prune()
    assert removed(result) == ["run-1", "classifier:old", "seatrial/classifier:old"]
    assert result.untouched == {}
    assert sorted(harness.registry.tags) == ["new", "released"]
    assert list(harness.engine.stored) == ["id-new"]
    assert [path.name for path in harness.reports.iterdir()] == ["run-2.json"]


def test_statements_are_kept_and_removed_with_their_images(harness: PruneHarness) -> None:
    """The statements that images passed `check` are not counted among the newest images."""
    for number, letter in enumerate("abc"):
        harness.registry.add(digest(str(number)), statement_tag(digest(letter)))
    result = harness.prune()
    assert removed(result) == ["run-1", "classifier:old", "seatrial/classifier:old"]
    kept = [statement_tag(digest(letter)) for letter in "ac"]
    assert sorted(harness.registry.tags) == ["new", "released", *kept]


def test_a_dry_run_removes_nothing(harness: PruneHarness) -> None:
    """The result is the plan."""
    result = harness.prune(dry_run=True)
    assert result.dry_run
    assert removed(result) == ["run-1", "classifier:old", "seatrial/classifier:old"]
    assert _is_unchanged(harness)


def test_a_declined_plan_removes_nothing(harness: PruneHarness) -> None:
    """The result is that of a dry run."""
    assert harness.prune(confirm=_decline).dry_run
    assert _is_unchanged(harness)


def test_without_removals_no_confirmation_is_needed(harness: PruneHarness) -> None:
    """A second run has nothing to remove."""
    harness.prune()
    result = harness.prune(confirm=_decline)
    assert (result.dry_run, removed(result)) == (False, [])


def test_with_an_unreachable_environment_no_image_isremoved(harness: PruneHarness) -> None:
    """Its references are unknown, so the registry is not even connected to; reports of runs are removed."""
    harness.environments.unreachable.add("production")
    result = harness.prune()
    assert harness.connected == []
    assert list(result.untouched) == ["images (production)"]
    assert removed(result) == ["run-1"]


def test_a_registry_overridden_apart_from_its_cluster_is_not_touched(harness: PruneHarness) -> None:
    """The result has the reason in one line; reports and engine images are removed."""
    harness.environ = OVERRIDE
    result = harness.prune()
    assert harness.connected == []
    assert result.untouched == {
        f"registry {REGISTRY}": "its address is from environment variables, but the cluster of staging from "
        "seatrial.toml, so its releases are unknown"
    }
    assert removed(result) == ["run-1", "seatrial/classifier:old"]
    assert sorted(harness.registry.tags) == ["new", "old", "released"]


def test_a_registry_overridden_with_its_cluster_is_pruned(harness: PruneHarness) -> None:
    """Each environment's context is overridden as well."""
    contexts = [f"SEATRIAL_ENVIRONMENTS__{name}__CONTEXT" for name in ("STAGING", "PRODUCTION")]
    harness.environ = {**OVERRIDE, **dict.fromkeys(contexts, "another")}
    assert harness.prune().untouched == {}
    assert harness.connected == [REGISTRY]
    assert sorted(harness.registry.tags) == ["new", "released"]


def test_an_environment_in_a_common_cluster_may_have_its_namespace_elsewhere(harness: PruneHarness) -> None:
    """No image is removed until every environment has a namespace, or a context of its own."""
    names = ("SEATRIAL_REGISTRY__ADDRESS", "SEATRIAL_CLUSTER__CONTEXT")
    harness.share_cluster("aks")
    harness.environ = dict.fromkeys(names, "aks")
    assert list(harness.prune().untouched) == ["images (production)"]
    assert harness.connected == []
    harness.set_context("production", "aks")
    harness.environ["SEATRIAL_ENVIRONMENTS__PRODUCTION__CONTEXT"] = "aks"
    assert harness.prune().untouched == {}
    assert sorted(harness.registry.tags) == ["new", "released"]


def test_a_part_that_does_not_respond_is_not_touched(harness: PruneHarness) -> None:
    """The other parts are pruned."""
    harness.registry = _RefusingRegistry("GET", harness.registry)
    result = harness.prune()
    assert result.untouched == {f"registry {REGISTRY}": "the registry refuses GET"}
    assert removed(result) == ["run-1", "seatrial/classifier:old"]


def test_an_error_while_removing_ends_that_part(harness: PruneHarness) -> None:
    """The rest of the part is reported as not removed; the other parts are pruned."""
    harness.registry.add(digest("9"), "oldest", day=1, state="tree-9")
    harness.registry = registry = _RefusingRegistry("DELETE", harness.registry)
    result = harness.prune()
    assert registry.refusals == 1
    assert result.untouched == {f"registry {REGISTRY}": "the registry refuses DELETE"}
    assert removed(result) == ["run-1", "seatrial/classifier:old"]
    reasons = [item.why for item in result.items if "oldest" in item.name or ":old " in item.name]
    assert reasons == ["not removed: the registry refuses DELETE"] * 2


def test_an_engine_image_in_use_is_kept(harness: PruneHarness) -> None:
    """An image of a container is used, also if the container is stopped."""
    harness.engine.used.add("id-old")
    assert "seatrial/classifier:old" not in removed(harness.prune())
    assert "id-old" in harness.engine.stored
