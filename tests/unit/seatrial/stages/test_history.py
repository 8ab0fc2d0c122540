"""history, over environments in memory."""

from __future__ import annotations

import pytest

from memory_environments import Environments, digest
from seatrial.errors import UsageError
from seatrial.release.records import Records
from seatrial.stages.history import history
from seatrial.workspace import Workspace


def test_the_newest_comes_first_and_the_serving_one_is_marked(
    environments: Environments, workspace: Workspace
) -> None:
    """Whoever is on call sees at once what serves, and what was tried since."""
    environments.release("staging", 1, "a", "pending", "stable")
    environments.release("staging", 2, "b", "refused")
    rows = history(environments.settings, workspace, "staging", services=environments.services).releases
    assert [(row.release, row.state, row.stable) for row in rows] == [
        ("staging-2", "refused", False),
        ("staging-1", "stable", True),
    ]
    assert rows[1].cells[:6] == (
        "* 1",
        "staging-1",
        "stable",
        "colours 1.0.0",
        "aaaaaaac0",
        digest("a")[7:19],
    )


def test_a_row_says_why_and_who(environments: Environments, workspace: Workspace) -> None:
    """Check, origin and approval stand in the table."""
    environments.release("production", 1, "a", "stable", approved_by="Her", promoted_from="staging-4")
    (row,) = history(environments.settings, workspace, "production", services=environments.services).releases
    assert row.why == "1 of 1 promises kept; was staging-4; approved by Her"
    assert row.who == "somebody@host/1"


def test_what_a_dead_runner_left_is_shown_as_such(environments: Environments, workspace: Workspace) -> None:
    """A crash half-way leaves a record that says how far it came."""
    environments.release("staging", 1, "a", "previewed")
    (row,) = history(environments.settings, workspace, "staging", services=environments.services).releases
    assert (row.state, row.stable) == ("previewed", False)
    assert "nobody has ended it since" in row.why


def test_after_a_crash_between_two_writes_one_is_marked(
    environments: Environments, workspace: Workspace
) -> None:
    """Two records may both say stable; one serves."""
    environments.release("staging", 1, "a", "stable")
    environments.release("staging", 2, "b", "stable")
    rows = history(environments.settings, workspace, "staging", services=environments.services).releases
    assert [row.release for row in rows if row.stable] == ["staging-2"]


def test_refused_releases_do_not_pile_up(environments: Environments) -> None:
    """However often a release is refused, a bounded number is remembered, the stable one among them."""
    environments.release("staging", 1, "a", "stable")
    for number in range(2, 30):
        environments.release("staging", number, "b", "refused")
    records = Records(environments.clusters["staging"], "staging", "me")
    records.trim(10)
    assert len(records.all()) == 11
    assert records.stable() is not None


def test_an_environment_that_was_never_prepared_is_told(
    environments: Environments, workspace: Workspace
) -> None:
    """The cure is bootstrap."""
    environments.clusters["staging"].objects.clear()
    with pytest.raises(UsageError, match="staging is not prepared"):
        history(environments.settings, workspace, "staging", services=environments.services)
