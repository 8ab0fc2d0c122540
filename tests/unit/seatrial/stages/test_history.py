"""history, with environments in memory."""

from __future__ import annotations

import pytest

from memory_environments import Environments, digest
from seatrial.check_result import Check, not_judged
from seatrial.errors import UsageError
from seatrial.release.records import Records
from seatrial.stages.history import history
from seatrial.workspace import Workspace


def test_the_newest_is_first_and_the_stable_one_is_marked(
    environments: Environments, workspace: Workspace
) -> None:
    """The marked release serves users; the releases above it were tried later."""
    environments.release("staging", 1, "a", "pending", "stable")
    environments.release("staging", 2, "b", "refused")
    rows = history(environments.settings, workspace, "staging", environments.services).releases
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


def test_a_row_has_checks_origin_and_approval(environments: Environments, workspace: Workspace) -> None:
    """The last column has the result of the checks, where the image came from, and the approval."""
    environments.release("production", 1, "a", "stable", approved_by="Her", promoted_from="staging-4")
    (row,) = history(environments.settings, workspace, "production", environments.services).releases
    assert row.why == "1 of 1 checks passed; promoted from staging-4; approved by Her"
    assert row.who == "somebody@host/1"


def test_an_unchecked_release_is_shown_first(environments: Environments, workspace: Workspace) -> None:
    """The reason stands before everything else in the last column, and in the JSON output."""
    environments.release("staging", 1, "a", "stable", unchecked="an image of the tests")
    (row,) = history(environments.settings, workspace, "staging", environments.services).releases
    assert row.why == "not checked: an image of the tests; 1 of 1 checks passed"
    assert row.unchecked == "an image of the tests"


def test_a_check_that_was_not_judged_is_counted_apart(
    environments: Environments, workspace: Workspace
) -> None:
    """It is neither passed nor failed in the list of releases."""
    checks = (Check(name="a", passed=True, detail=""), not_judged("b", "nothing is stable"))
    environments.release("staging", 1, "a", "stable", verdicts=checks)
    (row,) = history(environments.settings, workspace, "staging", environments.services).releases
    assert row.why == "1 of 2 checks passed, 1 not judged"


def test_an_abandoned_release_is_shown_as_not_finished(
    environments: Environments, workspace: Workspace
) -> None:
    """The record of a deployer that crashed has the last state it reached."""
    environments.release("staging", 1, "a", "previewed")
    (row,) = history(environments.settings, workspace, "staging", environments.services).releases
    assert (row.state, row.stable) == ("previewed", False)
    assert "not finished since" in row.why


def test_of_two_stable_records_the_later_is_marked(environments: Environments, workspace: Workspace) -> None:
    """A crash between two writes can cause two stable records; only one release serves users."""
    environments.release("staging", 1, "a", "stable")
    environments.release("staging", 2, "b", "stable")
    rows = history(environments.settings, workspace, "staging", environments.services).releases
    assert [row.release for row in rows if row.stable] == ["staging-2"]


def test_the_number_of_records_is_limited(environments: Environments) -> None:
    """Refused releases are removed beyond the limit; the stable one is not."""
    environments.release("staging", 1, "a", "stable")
    for number in range(2, 30):
        environments.release("staging", number, "b", "refused")
    records = Records(environments.clusters["staging"], "staging", "me")
    records.trim(10)
    assert len(records.all()) == 11
    assert records.stable() is not None


def test_an_environment_that_is_not_prepared_is_an_error(
    environments: Environments, workspace: Workspace
) -> None:
    """The error names the environment."""
    environments.clusters["staging"].objects.clear()
    with pytest.raises(UsageError, match="environment staging has no namespace"):
        history(environments.settings, workspace, "staging", environments.services)
