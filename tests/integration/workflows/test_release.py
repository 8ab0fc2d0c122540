"""The workflows that release to staging, executed on the parts that are up."""

from __future__ import annotations

import json
from collections.abc import Callable

from integration.workflows.act import Runner
from seatrial.stages.history import HistoryRow

History = Callable[[str], tuple[HistoryRow, ...]]
Serving = Callable[[], dict[str, dict[str, str]]]
PUSH: dict[str, object] = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}
AZURE = {
    "AZURE_CLIENT_ID": "client",
    "AZURE_TENANT_ID": "tenant",
    "AZURE_SUBSCRIPTION_ID": "subscription",
    "AKS_CLUSTER": "cluster",
    "AKS_RESOURCE_GROUP": "group",
}
TOO_STRICT = {"SEATRIAL_VALIDATE__MAX_MILLISECONDS": "0.001"}
# What production asks for is meant for a cluster that has time and room.
QUICK_PRODUCTION = {
    f"SEATRIAL_ENVIRONMENTS__PRODUCTION__{key}": value
    for key, value in {
        "BAKE_SECONDS": "3",
        "REPLICAS": "1",
        "MAX_P95_MILLISECONDS": "9000",
        "MAX_SLOWDOWN": "50",
    }.items()
}
GREEN = {"image": "success", "release": "success"}


def handed_over(runner: Runner) -> dict[str, str]:
    """The release's model version and reference, from what the image job handed to the release job."""
    (run,) = (runner.folder / "artifacts").glob("*/run/.seatrial/ci/run")
    pushed = json.loads((run / "push.json").read_text())
    return {"reference": pushed["reference"], "model": pushed["model"]["version"]}


def test_a_push_to_main_reaches_staging_with_azures_doors_stood_in_for(
    connected: Runner, serving: Serving
) -> None:
    """The image job's result is all that the release job gets, and what it names is what serves."""
    connected.variables = {**connected.variables, **AZURE}
    run = connected.run("cd.yml", "push", PUSH)
    assert run.jobs == {**GREEN, "staging": "success"} or run.jobs == GREEN, run.log
    found, given = serving(), handed_over(connected)
    assert given["reference"].endswith(found["app"]["image"].rpartition("@")[2])
    assert found["model"]["version"] == given["model"]
    assert connected.calls.splitlines() == [
        "login client tenant subscription",
        f"az acr login --name {connected.variables['REGISTRY'].partition('.')[0]}",
        "login client tenant subscription",
        f"az acr login --name {connected.variables['REGISTRY'].partition('.')[0]}",
        "kubelogin",
        "cluster group cluster kubelogin=true",
    ]


def test_the_nightly_run_reaches_staging_and_then_production_with_github_stood_in_for(
    connected: Runner, serving: Serving, history: History
) -> None:
    """The newest model goes to staging; what staging accepts goes on once production's reviewers said yes."""
    connected.approve(("octocat", "production"), ("hubot", "staging"))
    run = connected.run("nightly.yml", "schedule", {"schedule": "17 2 * * *"}, **QUICK_PRODUCTION)
    succeeded = {job for job, result in run.jobs.items() if result == "success"}
    assert {"image", "release", "production"} <= succeeded, run.log
    assert "update: " in run.log
    found = serving()
    assert found["model"]["version"] == handed_over(connected)["model"]
    last = history("production")[0]
    assert last.reference.endswith(found["app"]["image"].rpartition("@")[2])
    (asked,) = [call for call in connected.calls.splitlines() if call.startswith("gh ")]
    api, _, rest = asked.partition("/actions/runs/")
    assert api.startswith("gh api repos/")
    this_run, _, what = rest.partition("/")
    assert (this_run.isalnum(), what) == (True, "approvals")
    approved = f"octocat (reviewed in run {this_run})"
    assert (last.state, last.approved_by) == ("stable", approved)
    assert last.promoted_from == found["app"]["release"]


def test_nothing_reaches_production_that_its_reviewers_did_not_approve_with_github_stood_in_for(
    connected: Runner, history: History
) -> None:
    """An environment without reviewers lets the job begin: the approval that is asked for is missing."""
    before = history("production")
    connected.approve(("hubot", "staging"))
    run = connected.run("promote.yml", "workflow_dispatch", {}, **QUICK_PRODUCTION)
    assert run.jobs == {"production": "failure"}, run.log
    assert "seatrial: refused (10): production asks for an approval" in run.log
    assert history("production") == before


def test_a_model_that_does_not_validate_reaches_nobody(connected: Runner, serving: Serving) -> None:
    """The run ends at the gate: no image, no release, and what served before still serves."""
    before = serving()
    run = connected.run("cd.yml", "push", PUSH, **TOO_STRICT)
    assert run.jobs["image"] == "failure", run.log
    assert run.jobs.get("release") != "success"
    assert "seatrial: refused (10)" in run.log
    assert "build: " not in run.log
    assert serving() == before
