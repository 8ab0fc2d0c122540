"""What happens while `prune` waits for confirmation of its plan."""

from __future__ import annotations

from collections.abc import Callable

from memory_environments import digest
from prune_harness import PruneHarness, removed
from seatrial.retention.plan import PrunePlan


def _after(change: Callable[[], object]) -> Callable[[PrunePlan], bool]:
    """Return a confirmation that is given after a change."""

    def confirm(plan: PrunePlan) -> bool:
        assert len(plan.removals) == 3
        change()
        return True

    return confirm


def test_an_image_that_was_released_meanwhile_is_kept(harness: PruneHarness) -> None:
    """References are read again after the confirmation; the other items of the plan are removed."""
    release = harness.environments.release
    result = harness.prune(confirm=_after(lambda: release("production", 1, "b", "pending", "stable")))
    assert removed(result) == ["run-1", "seatrial/classifier:old"]
    assert sorted(harness.registry.tags) == ["new", "old", "released"]
    assert [item.why for item in result.items if ":old sha256" in item.name] == ["production-1"]


def test_with_an_environment_that_became_unreachable_no_image_is_removed(harness: PruneHarness) -> None:
    """Its references may have changed since the plan was made."""
    result = harness.prune(confirm=_after(lambda: harness.environments.unreachable.add("production")))
    assert removed(result) == ["run-1"]
    assert list(result.untouched) == ["images (production)"]
    assert sorted(harness.registry.tags) == ["new", "old", "released"]


def test_an_item_that_is_not_in_the_confirmed_plan_is_kept(harness: PruneHarness) -> None:
    """An image that was pushed meanwhile makes an older one removable; only confirmed items are removed."""
    push = harness.registry.add
    result = harness.prune(confirm=_after(lambda: push(digest("d"), "newest", day=4, state="tree-d")))
    assert removed(result) == ["run-1", "classifier:old", "seatrial/classifier:old"]
    assert sorted(harness.registry.tags) == ["new", "newest", "released"]
    assert [item.why for item in result.items if ":new " in item.name] == ["not in the confirmed plan"]


def test_a_tag_that_was_moved_meanwhile_is_kept(harness: PruneHarness) -> None:
    """The plan is about an image; another image with the same name was not confirmed."""

    def build() -> None:
        harness.engine.stored.pop("id-old")
        harness.engine.add("id-other", "seatrial/classifier:old", day=1, state="tree-other")

    result = harness.prune(confirm=_after(build))
    assert removed(result) == ["run-1", "classifier:old"]
    assert sorted(harness.engine.stored) == ["id-new", "id-other"]
