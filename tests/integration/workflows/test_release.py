"""The workflows that release to staging, executed on the parts that are up."""

from __future__ import annotations

import json
from collections.abc import Callable

from integration.workflows.act import Runner

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


def test_the_nightly_run_asks_for_the_newest_model_and_reaches_staging(
    connected: Runner, serving: Serving
) -> None:
    """By the same road, with whatever model `update` left in the lock."""
    run = connected.run("nightly.yml", "schedule", {"schedule": "17 2 * * *"})
    assert {"image", "release"} <= {job for job, result in run.jobs.items() if result == "success"}, run.log
    assert "update: " in run.log
    assert serving()["model"]["version"] == handed_over(connected)["model"]


def test_a_model_that_does_not_validate_reaches_nobody(connected: Runner, serving: Serving) -> None:
    """The run ends at the gate: no image, no release, and what served before still serves."""
    before = serving()
    run = connected.run("cd.yml", "push", PUSH, **TOO_STRICT)
    assert run.jobs["image"] == "failure", run.log
    assert run.jobs.get("release") != "success"
    assert "seatrial: refused (10)" in run.log
    assert "build: " not in run.log
    assert serving() == before
