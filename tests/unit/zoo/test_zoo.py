"""A part of the zoo: each model is refused by the check that is meant for it, and a good one passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from zoo.__main__ import judged, main
from zoo.base import Base, Kind, bases
from zoo.members import Member, members

# The others are in `make zoo`, at night.
PART = (
    "two labels swapped",
    "channels swapped",
    "memorised golden set",
    "external data",
    "pickle renamed",
    "symlink",
    "path traversal",
    "other seed",
)
MEMBERS = {each.name: each for each in members()}


@pytest.fixture(scope="module")
def prepared() -> Iterator[dict[Kind, Base]]:
    """The live models with their photos, each locked by a commit."""
    with bases() as found:
        yield found


@pytest.mark.parametrize("name", PART)
def test_a_model_is_judged_as_expected(name: str, prepared: dict[Kind, Base]) -> None:
    """A bad model fails the check that is meant for it; a good one fails none."""
    member = MEMBERS[name]
    fine, text = judged(member, prepared[member.kind], PART.index(name))
    assert fine, text


def test_a_model_that_is_not_caught_as_expected_is_reported(prepared: dict[Kind, Base]) -> None:
    """A bad model that passes is not as expected, and neither is a good one that is refused."""

    def nothing(folder: Path) -> None:
        MEMBERS["other seed"].write(folder)

    passes = Member("passes", nothing, "no such check")
    assert judged(passes, prepared["digits"], 100) == (False, "nothing: it passes")
    refused = Member("refused", MEMBERS["symlink"].write)
    assert not judged(refused, prepared["digits"], 101)[0]


def test_every_kind_of_bad_model_that_the_documentation_lists_is_there() -> None:
    """The names are unique, and some of the models must pass."""
    assert len(MEMBERS) == len(members())
    assert sum(not each.caught_by for each in members()) >= 4


def test_an_unknown_name_is_wrong_usage() -> None:
    """A misspelt name would else print an empty table and succeed."""
    with pytest.raises(SystemExit) as raised:
        main(["--only", "no such model"])
    assert raised.value.code == 2
