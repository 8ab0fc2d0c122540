"""The heartbeat of the nightly release in Azure Pipelines, with a stand-in for its REST API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from azure_builds import REPOSITORY, TOKEN, AzureBuildsStandIn, build, pipeline, serving_azure_builds
from samples import MINIMAL_TOML
from seatrial.commands.heartbeat import heartbeat
from seatrial.errors import OutsideError, UsageError
from seatrial.heartbeat.azure_pipelines import azure_project, check_azure_nightly
from seatrial.heartbeat.night import NightlyCheck
from seatrial.http_client import NewConnections
from unit.seatrial.webhook_server import serving_webhook

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
GITHUB = "https://github.com/owner/name"


def ago(hours: float) -> str:
    """Return a time as Azure DevOps writes it, with more digits than Python has."""
    return (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")


@pytest.fixture
def azure() -> Iterator[AzureBuildsStandIn]:
    """A project with the release pipelines of two repositories and another pipeline."""
    with serving_azure_builds() as served:
        served.pipelines = [
            pipeline(1, ago(2000), repository={"id": "another", "name": "another"}),
            pipeline(2, ago(2000), process={"yamlFilename": ".azure-pipelines/model.yml"}),
            pipeline(7, ago(2000)),
        ]
        served.builds = {1: [build(ago(1), "schedule")]}
        yield served


def check(azure: AzureBuildsStandIn) -> NightlyCheck:
    """Check the night as the pipeline does, for a repository at GitHub."""
    found = azure_project(azure.environ, GITHUB, NewConnections())
    assert found
    return check_azure_nightly(*found, NOW, 36)


def test_a_recent_night_is_fresh(azure: AzureBuildsStandIn) -> None:
    """35 hours are within the limit; requests have the token of the run."""
    azure.builds[7] = [build(ago(35), "schedule")]
    found = check(azure)
    assert (found.fresh, round(found.hours)) == (True, 35)
    assert azure.authorizations == {f"Bearer {TOKEN}"}


def test_an_old_night_is_not_and_a_commit_does_not_count(azure: AzureBuildsStandIn) -> None:
    """A run of a commit releases to staging only."""
    azure.builds[7] = [build(ago(37), "schedule"), build(ago(1), "individualCI"), build(ago(1), "batchedCI")]
    found = check(azure)
    assert not found.fresh
    assert found.why.startswith("the last nightly release began at 2026-03-08 20:00 UTC")


def test_the_file_may_have_a_slash_before_its_name(azure: AzureBuildsStandIn) -> None:
    """So it has if the pipeline was made by the API."""
    azure.pipelines[2]["process"]["yamlFilename"] = "/azure-pipelines.yml"
    azure.builds[7] = [build(ago(2), "schedule")]
    assert check(azure).fresh


def test_a_run_by_hand_counts(azure: AzureBuildsStandIn) -> None:
    """It promotes as a night does."""
    azure.builds[7] = [build(ago(60), "schedule"), build(ago(2), "manual")]
    assert check(azure).fresh


@pytest.mark.parametrize("status", ["inProgress", "notStarted", "postponed"])
def test_a_night_that_runs_or_waits_for_approvals_counts(azure: AzureBuildsStandIn, status: str) -> None:
    """It has no result."""
    azure.builds[7] = [build(ago(6), "schedule", status), build(ago(54), "schedule")]
    assert check(azure).fresh


@pytest.mark.parametrize("result", ["failed", "canceled"])
def test_a_night_that_did_not_succeed_does_not_count(azure: AzureBuildsStandIn, result: str) -> None:
    """The reason names how many did not, and the newest of them."""
    runs = [build(ago(hours), "schedule", result=result) for hours in (6, 30)]
    azure.builds[7] = [*runs, build(ago(54), "schedule", result="partiallySucceeded")]
    found = check(azure)
    assert not found.fresh
    assert f"; 2 since then did not succeed ({runs[0]['_links']['web']['href']})" in found.why


def test_before_the_first_night_the_age_is_that_of_the_pipeline(azure: AzureBuildsStandIn) -> None:
    """A new pipeline has a day and a half for its first night."""
    azure.pipelines[2]["createdDate"] = ago(10)
    assert check(azure).fresh
    azure.pipelines[2]["createdDate"] = ago(40)
    assert "no nightly release has succeeded" in check(azure).why


@pytest.mark.parametrize("state", ["disabled", "paused"])
def test_a_pipeline_that_is_switched_off_is_named(azure: AzureBuildsStandIn, state: str) -> None:
    """A person did that: Azure DevOps disables no schedule by itself."""
    azure.pipelines[2]["queueStatus"] = state
    azure.builds[7] = [build(ago(37), "schedule")]
    assert check(azure).why.endswith(f"; the pipeline is {state}")


def test_a_project_without_the_pipeline_is_an_error(azure: AzureBuildsStandIn) -> None:
    """That of another repository is not taken for it."""
    del azure.pipelines[2]
    with pytest.raises(OutsideError, match=f"no pipeline for azure-pipelines.yml of {REPOSITORY}"):
        check(azure)


@pytest.mark.parametrize("status", [203, 401, 403, 503])
def test_a_refusal_is_no_recent_night(azure: AzureBuildsStandIn, status: int) -> None:
    """The error has the right that lacks, and never the token."""
    azure.status = status
    with pytest.raises(OutsideError, match=f"status {status}") as raised:
        check(azure)
    assert ("view builds" in raised.value.hint) == (status != 503)
    assert TOKEN not in f"{raised.value!r} {raised.value.hint}"


def test_elsewhere_the_remote_decides(azure: AzureBuildsStandIn) -> None:
    """From a laptop a repository in Azure Repos is asked for by its name; others are asked for at GitHub."""
    pat = {"AZURE_DEVOPS_EXT_PAT": "pat"}
    assert azure_project(pat, GITHUB, NewConnections()) is None
    remote = f"{azure.url}/fabrikam/Sea%20trial/_git/classifier"
    found = azure_project(pat, remote, NewConnections())
    assert found
    azure.builds[7] = [build(ago(3), "schedule")]
    assert check_azure_nightly(*found, NOW, 36).fresh


def test_a_step_without_the_variables_of_a_run_is_wrong_usage() -> None:
    """Nothing is asked."""
    with pytest.raises(UsageError, match="variables of Azure Pipelines"):
        azure_project({"TF_BUILD": "True"}, GITHUB, NewConnections())


def test_the_command_notifies_the_webhook_and_fails(
    azure: AzureBuildsStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line with the age and what to look at; exit code 30."""
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML)
    monkeypatch.chdir(tmp_path)
    with serving_webhook() as webhook:
        for name, value in {**azure.environ, "NOTIFY_WEBHOOK_URL": webhook.url}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(OutsideError, match="no nightly release has succeeded") as raised:
            heartbeat(max_hours=36)
    assert "azure-pipelines.yml" in raised.value.hint
    (body,) = webhook.bodies
    assert "the nightly release does not run any more" in str(body)
