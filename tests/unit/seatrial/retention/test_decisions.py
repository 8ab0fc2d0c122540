"""Which items are kept and which are removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from memory_environments import digest
from seatrial.retention.decisions import decide
from seatrial.retention.references import References, Removable, parse_time

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _items(count: int) -> list[Removable]:
    """Return items a day apart, the newest first."""
    return [Removable(f"item-{n}", NOW - timedelta(days=n)) for n in range(count)]


def _removed(items: list[Removable], keep: int, references: References | None = None) -> list[str]:
    decisions = decide(items, keep, references or References())
    assert all(each.why for each in decisions)
    return [each.item.name for each in decisions if each.remove]


def test_the_newest_items_are_kept() -> None:
    """The order of the input does not matter."""
    assert _removed(_items(5)[::-1], 2) == ["item-2", "item-3", "item-4"]


def test_an_item_in_use_is_kept_whatever_its_age() -> None:
    """It is kept in addition to the newest items."""
    items = [*_items(4), Removable("old", NOW - timedelta(days=99), used_by="staging-1")]
    assert _removed(items, 2) == ["item-2", "item-3"]


def test_the_newest_item_with_the_locked_model_is_kept() -> None:
    """One image with the locked model can be released without a build."""
    locked = [Removable(f"locked-{n}", NOW - timedelta(days=50 + n), model=digest("d")) for n in range(2)]
    assert _removed([*_items(2), *locked], 2, References(model=digest("d"))) == ["locked-1"]


def test_without_a_lock_no_model_is_kept() -> None:
    """An item without a model does not count as one with the locked model."""
    assert _removed(_items(2), 1, References(model="")) == ["item-1"]


def test_an_invalid_time_is_the_earliest() -> None:
    """An item without a valid time is the oldest; a time without a zone is in UTC."""
    assert parse_time("yesterday") == datetime.min.replace(tzinfo=UTC)
    assert parse_time("2026-01-01T00:00:00") == NOW
