"""Ways to give an identity of main, or the right to push, to other code; each with the rule against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Parsed = dict[str, dict[Any, Any]]
SIGN_IN = {"uses": "./.github/actions/azure", "with": {"client": "${{ vars.AZURE_CLIENT_ID }}"}}
CALL = {"uses": "./.github/workflows/release.yml", "with": {"environment": "staging"}}
ASSUME = {"uses": "./.github/actions/aws", "with": {"role": "${{ vars.AWS_ROLE }}"}}
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
    "main's role in ci": (
        "ci.yml image: a pull request signs in as AWS_ROLE",
        lambda w: job(w, "ci", "image")["steps"].append(ASSUME),
    ),
    "main's role in ci's env": (
        "ci.yml code: a pull request can read another identity or a secret",
        lambda w: w["ci.yml"].update(env={"ID": "${{ vars.AWS_ROLE }}"}),
    ),
    "the role of pull requests in a release": (
        "release.yml image: uses the identity of pull requests",
        lambda w: job(w, "release", "image").update(env={"ID": "${{ vars.AWS_PR_ROLE }}"}),
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
    "a cache where a pull request signs in": (
        "ci.yml image: reads a cache that other jobs write, and has rights",
        lambda w: job(w, "ci", "image")["steps"].append({"uses": "./.github/actions/setup"}),
    ),
    "a cache in a release": (
        "release.yml release: reads a cache that other jobs write, and has rights",
        lambda w: job(w, "release", "release")["steps"].append({"uses": "actions/cache@0"}),
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
    "a model in the job that pushes": (
        "model.yml propose: may push and does something else",
        lambda w: job(w, "model", "propose")["steps"].append({"run": "make validate"}),
    ),
    "an identity in the job that pushes": (
        "model.yml propose: may push and does something else",
        lambda w: job(w, "model", "propose")["steps"].append(SIGN_IN),
    ),
    "the job that runs the model pushes": (
        "model.yml update: may push and does something else",
        lambda w: job(w, "model", "update")["permissions"].update(contents="write"),
    ),
    "ci pushes": (
        "ci.yml code: may push and does something else",
        lambda w: job(w, "ci", "code")["permissions"].update(contents="write"),
    ),
    "the token while packages are installed": (
        "model.yml propose: has the token to push where it does something else",
        lambda w: job(w, "model", "propose").update(env={"GH_TOKEN": "${{ github.token }}"}),
    ),
    "what the store sent": (
        "model.yml update: reads what an event sent",
        lambda w: job(w, "model", "update").update(env={"M": "${{ github.event.client_payload.model }}"}),
    ),
    "propose of any branch": (
        "model.yml propose: a manual run of another branch starts it",
        lambda w: job(w, "model", "propose").pop("if"),
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
