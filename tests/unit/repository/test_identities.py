"""Tests that code of a pull request never runs with an identity that can push or deploy."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from unit.repository.identities import table
from unit.repository.identity_rules import PULL_REQUEST_IDENTITY, violations
from unit.repository.project import ROOT, WORKFLOWS, table_under, workflow

Parsed = dict[str, dict[Any, Any]]
PAGE = (ROOT / "docs" / "reference" / "identities.md").read_text()
REAL: Parsed = {path.name: workflow(path.name) for path in sorted(WORKFLOWS.glob("*.yml"))}
SIGN_IN = {"uses": "./.github/actions/azure", "with": {"client": "${{ vars.AZURE_CLIENT_ID }}"}}
CALL = {"uses": "./.github/workflows/release.yml", "with": {"environment": "staging"}}
LOGIN = {"uses": "azure/login@0", "with": {"client-id": "${{ vars.AZURE_CLIENT_ID }}"}}


def job(found: Parsed, name: str, key: str) -> dict[str, Any]:
    """Return a job of the parsed workflows."""
    body: dict[str, Any] = found[f"{name}.yml"]["jobs"][key]
    return body


def on(found: Parsed, name: str, **events: object) -> None:
    """Add events to a workflow."""
    found[f"{name}.yml"][True] = {**found[f"{name}.yml"][True], **events}


# Each gives an identity of main to the code of a pull request or of a branch, with the rule against it.
PLANTED: dict[str, tuple[str, Callable[[Parsed], object]]] = {
    "main's identity in ci": (
        "ci.yml image: a pull request signs in as AZURE_CLIENT_ID",
        lambda w: job(w, "ci", "image")["steps"].append(SIGN_IN),
    ),
    "azure/login in ci": (
        "ci.yml image: a pull request signs in as AZURE_CLIENT_ID",
        lambda w: job(w, "ci", "image")["steps"].append(LOGIN),
    ),
    "main's identity in ci's env": (
        "ci.yml code: a pull request can read another identity or a secret",
        lambda w: w["ci.yml"].update(env={"ID": "${{ vars.AZURE_CLIENT_ID }}"}),
    ),
    "every variable in ci": (
        "ci.yml code: a pull request can read another identity or a secret",
        lambda w: job(w, "ci", "code").update(env={"ALL": "${{ toJSON(vars) }}"}),
    ),
    "a secret in ci": (
        "ci.yml code: a pull request can read another identity or a secret",
        lambda w: job(w, "ci", "code").update(env={"S": "${{ secrets.S }}"}),
    ),
    "an environment in ci": (
        "ci.yml image: a pull request runs in the environment production",
        lambda w: job(w, "ci", "image").update(environment={"name": "production"}),
    ),
    "registry in ci": (
        "ci.yml image: a pull request signs in to the registry or the cluster",
        lambda w: job(w, "ci", "image")["steps"][1]["with"].update(registry="${{ vars.REGISTRY }}"),
    ),
    "packages in ci": (
        "ci.yml code: a pull request has more rights than to read and to sign in",
        lambda w: job(w, "ci", "code")["permissions"].update(packages="write"),
    ),
    "write-all in ci": (
        "ci.yml code: the rights of its token are not limited",
        lambda w: job(w, "ci", "code").update(permissions="write-all"),
    ),
    "no permissions in ci": (
        "ci.yml code: the rights of its token are not limited",
        lambda w: job(w, "ci", "code").pop("permissions"),
    ),
    "id-token in a job that does not sign in": (
        "ci.yml code: may sign in and has no identity",
        lambda w: job(w, "ci", "code")["permissions"].update({"id-token": "write"}),
    ),
    "ci on a machine of one's own": (
        "ci.yml code: runs on a machine that other jobs may have changed",
        lambda w: job(w, "ci", "code").update({"runs-on": "self-hosted"}),
    ),
    "release called by ci": (
        "release.yml release: a pull request signs in as AZURE_CLIENT_ID",
        lambda w: w["ci.yml"]["jobs"].update(staging=CALL),
    ),
    "cd on pull requests": (
        "release.yml settle: a pull request signs in as AZURE_CLIENT_ID",
        lambda w: on(w, "cd", pull_request=None),
    ),
    "cd on every push": (
        "release.yml image: a push to another branch than main starts it",
        lambda w: on(w, "cd", push=None),
    ),
    "cd on a tag": (
        "release.yml image: a push to another branch than main starts it",
        lambda w: on(w, "cd", push={"branches": ["main"], "tags": ["v*"]}),
    ),
    "cd by hand, of any branch": (
        "release.yml image: a manual run of another branch starts it",
        lambda w: on(w, "cd", workflow_dispatch=None),
    ),
    "nightly by hand, of any branch": (
        "release.yml image: a manual run of another branch starts it",
        lambda w: job(w, "nightly", "staging").pop("if"),
    ),
    "rollback of any branch": (
        "rollback.yml rollback: a manual run of another branch starts it",
        lambda w: job(w, "rollback", "rollback").update(
            {"if": "inputs.force || github.ref == 'refs/heads/main'"}
        ),
    ),
    "settle of any branch": (
        "promote.yml settle: a manual run of another branch starts it",
        lambda w: job(w, "promote", "settle").update({"if": "always() && (github.ref == 'refs/heads/main')"}),
    ),
    "a commit given by hand": (
        "resume.yml resume: checks out another commit than the one that started it",
        lambda w: job(w, "resume", "resume")["steps"][0]["with"].update(ref="${{ inputs.ref }}"),
    ),
    "an artefact of a pull request": (
        "release.yml release: uses the artefact of another run",
        lambda w: job(w, "release", "release")["steps"][1]["with"].update({"run-id": "${{ inputs.run }}"}),
    ),
    "all secrets passed on": (
        "cd.yml staging: passes all secrets on",
        lambda w: job(w, "cd", "staging").update(secrets="inherit"),
    ),
    "rights for all jobs": (
        "cd.yml: grants rights to all its jobs",
        lambda w: w["cd.yml"].update(permissions={"id-token": "write"}),
    ),
    "a workflow of another repository": (
        "cd.yml other: calls a workflow of another repository",
        lambda w: w["cd.yml"]["jobs"].update(other={"uses": "a/b/.github/workflows/c.yml@0"}),
    ),
    "the issue job with an identity": (
        "promote.yml issue: writes issues and does something else",
        lambda w: job(w, "promote", "issue")["steps"].append(SIGN_IN),
    ),
    **{
        f"cd on {event}": (
            f"release.yml image: {event} can run code of a pull request with the rights of main",
            lambda w, event=event: on(w, "cd", **{event: None}),  # type: ignore[misc]
        )
        for event in (
            "pull_request_target",
            "workflow_run",
            "issue_comment",
            "repository_dispatch",
            "merge_group",
        )
    },
}


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
