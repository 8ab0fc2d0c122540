"""The workflows that release, on the local cloud."""

from __future__ import annotations

import json
from collections.abc import Callable

from integration.workflows.act import WorkflowRunner
from integration.workflows.conftest import git_output
from seatrial.stages.history import HistoryRow

History = Callable[[str], tuple[HistoryRow, ...]]
LiveVersion = Callable[[], dict[str, dict[str, str]]]
PUSH: dict[str, object] = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}
NIGHT: dict[str, object] = {"schedule": "17 2 * * *", "repository": {"default_branch": "main"}}
AZURE = {
    "AZURE_CLIENT_ID": "client",
    "AZURE_TENANT_ID": "tenant",
    "AZURE_SUBSCRIPTION_ID": "subscription",
    "AKS_CLUSTER": "cluster",
    "AKS_RESOURCE_GROUP": "group",
}
TOO_STRICT = {"SEATRIAL_VALIDATE__MAX_MILLISECONDS": "0.001"}
# The thresholds of production are for a cluster that is not shared with tests.
SHORT_PRODUCTION = {
    f"SEATRIAL_ENVIRONMENTS__PRODUCTION__{key}": value
    for key, value in {
        "BAKE_SECONDS": "3",
        "REPLICAS": "1",
        "MAX_P95_MILLISECONDS": "9000",
        "MAX_SLOWDOWN": "50",
    }.items()
}
# The jobs that run in a release that ends well; `settle` and `issue` do not.
RELEASED = {"image", "release"}


def pushed_image(runner: WorkflowRunner) -> dict[str, str]:
    """Return revision, model version and reference in the artefact that the image job uploaded."""
    (run,) = (runner.folder / "artifacts").glob("*/run")
    pushed = json.loads((run / "push.json").read_text())
    return {
        "reference": pushed["reference"],
        "model": pushed["model"]["version"],
        "revision": pushed["revision"],
    }


def test_a_push_to_main_releases_to_staging(connected: WorkflowRunner, live_version: LiveVersion) -> None:
    """The release job releases the image that the image job pushed, with stand-ins for Azure."""
    connected.variables = {**connected.variables, **AZURE}
    run = connected.run("cd.yml", "push", PUSH)
    assert {job for job, result in run.jobs.items() if result == "success"} - {"staging"} == RELEASED, run.log
    found, pushed = live_version(), pushed_image(connected)
    assert pushed["reference"].endswith(found["app"]["image"].rpartition("@")[2])
    assert found["model"]["version"] == pushed["model"]
    assert connected.calls.splitlines() == [
        "login client tenant subscription",
        f"az acr login --name {connected.variables['REGISTRY'].partition('.')[0]}",
        "login client tenant subscription",
        f"az acr login --name {connected.variables['REGISTRY'].partition('.')[0]}",
        "kubelogin",
        "cluster group cluster kubelogin=true",
    ]


def test_the_nightly_run_releases_to_staging_and_promotes_to_production(
    connected: WorkflowRunner, live_version: LiveVersion, history: History
) -> None:
    """The model that main's commit locks is released to staging, and promoted once a reviewer approves."""
    connected.approve(("octocat", "production"), ("hubot", "staging"))
    run = connected.run("nightly.yml", "schedule", NIGHT, **SHORT_PRODUCTION)
    succeeded = {job for job, result in run.jobs.items() if result == "success"}
    assert {"image", "release", "production"} <= succeeded, run.log
    assert pushed_image(connected)["revision"] == git_output(connected.repository, "rev-parse", "HEAD")
    found = live_version()
    assert found["model"]["version"] == pushed_image(connected)["model"]
    last = history("production")[0]
    assert last.reference.digest == found["app"]["image"]
    run_id = connected.github.number
    assert connected.github.paths[-2:] == [f"/actions/runs/{run_id}", f"/actions/runs/{run_id}/approvals"]
    approved = f"octocat (review verified with GitHub, run {run_id} attempt 1)"
    assert (last.state, last.approved_by) == ("stable", approved)
    assert last.promoted_from == found["app"]["release"]


def test_promotion_without_an_approval_is_refused(connected: WorkflowRunner, history: History) -> None:
    """If no reviewer of production approved the run, promote is refused and nothing is released."""
    before = history("production")
    connected.approve(("hubot", "staging"))
    run = connected.run("promote.yml", "workflow_dispatch", {"ref": "refs/heads/main"}, **SHORT_PRODUCTION)
    assert run.jobs["production"] == "failure", run.log
    assert "seatrial: refused (10): production requires an approval" in run.log
    assert history("production") == before


def test_a_model_that_fails_validation_is_not_released(
    connected: WorkflowRunner, live_version: LiveVersion
) -> None:
    """If validate refuses the model, no image is built, and staging still serves the release before."""
    before = live_version()
    run = connected.run("cd.yml", "push", PUSH, **TOO_STRICT)
    assert run.jobs["image"] == "failure", run.log
    assert run.jobs.get("release") != "success"
    assert "seatrial: refused (10)" in run.log
    assert "build: " not in run.log
    assert live_version() == before


def test_a_push_in_a_fork_without_variables_releases_nothing(runner: WorkflowRunner) -> None:
    """The run is red with the setting that it lacks; nothing is signed in to, and no issue is opened."""
    run = runner.run("cd.yml", "push", PUSH, SEATRIAL_CACHE=str(runner.folder / "cache"))
    assert {job: result for job, result in run.jobs.items() if job != "staging"} == {"image": "failure"}, (
        run.log
    )
    assert "seatrial: wrong usage (2): store.url is not set" in run.log
    assert runner.calls == ""
