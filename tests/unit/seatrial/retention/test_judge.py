"""What stays and what goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from memory_environments import digest
from seatrial.retention.references import References, Removable, judge

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _things(count: int) -> list[Removable]:
    """The first one is the newest."""
    return [Removable(f"thing-{n}", NOW - timedelta(days=n)) for n in range(count)]


def _removed(things: list[Removable], keep: int, named: References | None = None) -> list[str]:
    gone: list[Removable] = []
    rows = judge("thing", things, keep, named or References(), gone.append)
    assert [row.name for row in rows if row.removed] == [thing.name for thing in gone]
    assert all(row.why for row in rows)
    return [thing.name for thing in gone]


def test_the_newest_stay_and_the_others_go() -> None:
    """However they are listed, the oldest go."""
    assert _removed(_things(5)[::-1], 2) == ["thing-2", "thing-3", "thing-4"]


def test_what_somebody_names_stays_however_old_it_is() -> None:
    """A named thing takes nobody's place, either: the newest stay besides."""
    things = [*_things(4), Removable("old", NOW - timedelta(days=99), named="staging-1")]
    assert _removed(things, 2) == ["thing-2", "thing-3"]


def test_the_newest_with_the_locked_model_stays() -> None:
    """What the lock ships can always be released without building it anew; one image is enough."""
    locked = [Removable(f"locked-{n}", NOW - timedelta(days=50 + n), model=digest("d")) for n in range(2)]
    assert _removed([*_things(2), *locked], 2, References(model=digest("d"))) == ["locked-1"]


def test_with_no_lock_no_model_is_special() -> None:
    """An image without a label is not taken for the locked one."""
    assert _removed(_things(2), 1, References(model="")) == ["thing-1"]
