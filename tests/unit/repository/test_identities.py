"""Tests that code of a pull request never runs with an identity that can push or deploy."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest

from unit.repository.identities import table
from unit.repository.identity_rules import PULL_REQUEST_IDENTITY, violations
from unit.repository.planted_identities import PLANTED, Parsed
from unit.repository.project import ROOT, WORKFLOWS, table_under, workflow

PAGE = (ROOT / "docs" / "reference" / "identities.md").read_text()
REAL: Parsed = {path.name: workflow(path.name) for path in sorted(WORKFLOWS.glob("*.yml"))}


def test_no_workflow_gives_the_identities_of_main_to_other_code() -> None:
    """Every rule holds for every job, also through calls of other workflows."""
    assert violations(REAL) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_violation_is_refused(planted: str) -> None:
    """Each way to give an identity of main to other code breaks the rule that is against it."""
    rule, plant = PLANTED[planted]
    changed = deepcopy(REAL)
    plant(changed)
    assert rule in violations(changed)


def test_the_page_lists_the_identity_of_every_job() -> None:
    """The table of jobs is complete: events, GitHub environment, identity and rights of each."""
    assert table_under("Jobs", PAGE) == table(REAL)


def test_the_page_gives_the_rights_of_every_identity() -> None:
    """Each pair of GitHub environment and identity in the table of jobs has a row with its rights."""
    listed = {(row[0], row[1]) for row in table_under("Identities", PAGE)}
    assert listed == {(row[4], row[3]) for row in table(REAL) if row[4]}
    (rights,) = [row[2] for row in table_under("Identities", PAGE) if PULL_REQUEST_IDENTITY in row[0]]
    assert rights == "*Storage Blob Data Reader* of the container, nothing else"


def test_pull_requests_and_releases_have_no_identity_in_common() -> None:
    """The identity of pull requests is in `ci` only."""
    files = [name for name in REAL if PULL_REQUEST_IDENTITY in (WORKFLOWS / name).read_text()]
    assert files == ["ci.yml"]
    assert not re.search(r"vars\.AZURE_CLIENT_ID", (WORKFLOWS / "ci.yml").read_text())
