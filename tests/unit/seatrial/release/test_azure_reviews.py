"""The approvals of a stage of Azure Pipelines. Azure DevOps is a stand-in with the documented answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from azure_devops_api import TOKEN, AzureDevOpsStandIn, approval, serving_azure_devops, stage
from seatrial.commands.approvals import given_approval
from seatrial.errors import OutsideError, RefusedError
from seatrial.http_client import NewConnections
from seatrial.release.approval import NOBODY, Approval
from seatrial.release.azure_reviews import azure_run, verified_approvals

HTTP = NewConnections()
A2 = approval("a2", "approved", grace="approved")


@pytest.fixture
def azure() -> Iterator[AzureDevOpsStandIn]:
    """Azure DevOps, where ada has approved the stage production, and others other stages and attempts."""
    with serving_azure_devops() as served:
        served.records = [
            *stage("production", 1, "a1", "a2"),
            *stage("production", 2, "a3"),
            *stage("staging", 1, "a4"),
            {"id": "job", "parentId": "production-1", "type": "Job", "identifier": "production.release"},
        ]
        served.approvals = [
            approval("a1", "approved", ada="approved", grace="pending"),
            approval("a2", "approved", grace="approved"),
            approval("a3", "approved", mallory="approved"),
            approval("a4", "approved", hubot="approved"),
        ]
        yield served


def verified(azure: AzureDevOpsStandIn, **environ: str) -> Approval:
    """Return the approval of production in a step with these further variables."""
    run = azure_run({**azure.environ, **environ})
    assert run
    return verified_approvals(run, "production", HTTP)


def test_the_approvers_are_those_of_this_attempt_of_the_stage(azure: AzureDevOpsStandIn) -> None:
    """Approvals of another stage and of another attempt do not count, nor a step that is pending."""
    found = verified(azure)
    assert str(found) == (
        "ada@example.com, grace@example.com (review verified with Azure Pipelines, run 1658 attempt 1)"
    )
    assert azure.paths == [
        "/build/builds/1658?api-version=7.1",
        "/build/builds/1658/timeline?api-version=7.1",
        "/pipelines/approvals?approvalIds=a1,a2&$expand=steps&api-version=7.1",
    ]
    assert azure.authorizations == {f"Bearer {TOKEN}"}


def test_a_command_in_a_run_has_the_verified_approval(azure: AzureDevOpsStandIn) -> None:
    """`promote` reads it without any option, and a name that is given does not replace it."""
    found = given_approval("production", "Mallory", None, azure.environ, HTTP)
    assert (found.who, found.service) == ("ada@example.com, grace@example.com", "Azure Pipelines")


def test_a_stage_that_waited_for_nobody_has_no_approval(azure: AzureDevOpsStandIn) -> None:
    """Without the check *Approvals* on its environment, nobody approved."""
    azure.records = stage("production", 1)
    assert verified(azure) == NOBODY


# Every status of Microsoft's reference, except `approved`.
NOT_GIVEN = ("undefined", "uninitiated", "pending", "rejected", "skipped", "canceled", "timedOut", "failed")


@pytest.mark.parametrize("status", NOT_GIVEN)
def test_one_approval_that_was_not_given_is_no_approval(azure: AzureDevOpsStandIn, status: str) -> None:
    """Every approval that the stage waits for must be given."""
    azure.approvals = [approval("a1", "approved", ada="approved"), approval("a2", status, grace=status)]
    assert verified(azure) == NOBODY


def test_a_repeated_stage_needs_approvals_of_its_own(azure: AzureDevOpsStandIn) -> None:
    """Those of the first attempt were given to another release."""
    assert verified(azure, SYSTEM_STAGEATTEMPT="2").who == "mallory@example.com"
    azure.records = stage("production", 1, "a1", "a2") + stage("production", 2)
    assert verified(azure, SYSTEM_STAGEATTEMPT="2") == NOBODY


def test_an_attempt_that_the_timeline_does_not_have_is_not_approved(azure: AzureDevOpsStandIn) -> None:
    """Neither the newest attempt nor the first one stands for it."""
    assert verified(azure, SYSTEM_STAGEATTEMPT="3") == NOBODY


def test_all_who_approved_are_recorded_in_any_order(azure: AzureDevOpsStandIn) -> None:
    """Two approvers are required, one of whom is asked after the other."""
    azure.approvals = [approval("a1", "approved", grace="approved", ada="approved", eve="skipped"), A2]
    assert verified(azure).who == "ada@example.com, grace@example.com"


def test_who_approved_for_a_group_is_the_person(azure: AzureDevOpsStandIn) -> None:
    """The approver that the environment names is a group."""
    given = approval("a1", "approved", ada="approved")
    given["steps"][0]["assignedApprover"] = {
        "displayName": "[Sea trial]\\QA",
        "uniqueName": "vstfs:///Group/1",
    }
    azure.approvals = [given, A2]
    assert verified(azure).who == "ada@example.com, grace@example.com"


def test_an_approval_that_nobody_gave_is_no_approval(azure: AzureDevOpsStandIn) -> None:
    """An administrator who bypasses a check leaves it approved without a step, or without a person."""
    nobody = approval("a1", "approved", ada="approved")
    del nobody["steps"][0]["actualApprover"]
    for given in (approval("a1", "approved"), approval("a1", "approved", ada="pending"), nobody):
        azure.approvals = [given]
        azure.records = stage("production", 1, "a1")
        assert verified(azure) == NOBODY


def test_an_answer_that_lacks_an_approval_is_no_approval(azure: AzureDevOpsStandIn) -> None:
    """The stage waited for two, and the service shows one."""
    azure.approvals = [approval("a1", "approved", ada="approved")]
    assert verified(azure) == NOBODY


def test_one_of_two_approvals_that_nobody_gave_is_no_approval(azure: AzureDevOpsStandIn) -> None:
    """The person who gave the other one did not approve this."""
    azure.approvals = [approval("a1", "approved", ada="approved"), approval("a2", "approved")]
    assert verified(azure) == NOBODY


def test_the_environment_decides_whether_a_person_may_approve_their_own_run(
    azure: AzureDevOpsStandIn,
) -> None:
    """Azure DevOps blocks such an approval before the stage starts; one that it accepted counts."""
    azure.build["requestedFor"] = {"uniqueName": "ada@example.com"}
    assert verified(azure).who == "ada@example.com, grace@example.com"


def test_an_approval_of_another_run_is_not_read(azure: AzureDevOpsStandIn) -> None:
    """An answer with approvals that were not asked for proves nothing."""
    azure.approvals = {"value": [approval("a9", "approved", mallory="approved")]}
    assert verified(azure) == NOBODY


def test_a_run_that_has_ended_is_refused(azure: AzureDevOpsStandIn) -> None:
    """Its approvals were given to another release."""
    azure.build["status"] = "completed"
    with pytest.raises(RefusedError, match="run 1658 is not in progress on Azure Pipelines"):
        verified(azure)


def test_a_stage_of_another_environment_is_refused(azure: AzureDevOpsStandIn) -> None:
    """Approvals of staging do not release to production."""
    with pytest.raises(RefusedError, match="the stage staging of run 1658 was not approved for production"):
        verified(azure, SYSTEM_STAGENAME="staging")


@pytest.mark.parametrize("status", [203, 302, 401, 403, 404, 500, 503])
def test_an_answer_that_confirms_nothing_is_no_approval(azure: AzureDevOpsStandIn, status: int) -> None:
    """The error has the status and the fix, and never the token; 203 is a page to sign in."""
    azure.status = status
    with pytest.raises(OutsideError, match=f"Azure Pipelines does not confirm .* status {status}") as caught:
        verified(azure)
    assert ("SYSTEM_ACCESSTOKEN" in caught.value.hint) == (status in (203, 401, 403, 404))
    assert TOKEN not in f"{caught.value} {caught.value.hint} {azure_run(azure.environ)}"


@pytest.mark.parametrize("body", [{}, {"value": [{"id": 1}]}, "approved", None])
def test_a_malformed_answer_is_no_approval(azure: AzureDevOpsStandIn, body: object) -> None:
    """It is an error of the outside system."""
    azure.approvals = body
    with pytest.raises(OutsideError, match="its answer is not valid"):
        verified(azure)
