"""The approvals of a stage of Azure Pipelines, as Azure DevOps confirms them.

Sources: the REST API of Azure DevOps 7.1, *Builds - Get*, *Timeline - Get* and *Approvals - Query*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from pydantic import BaseModel, Field, TypeAdapter

from seatrial.errors import RefusedError, UsageError
from seatrial.http_client import HttpClient
from seatrial.release.approval import NOBODY, Approval
from seatrial.release.confirmation import CiService

SERVICE = "Azure Pipelines"
RIGHTS = "pass SYSTEM_ACCESSTOKEN: $(System.AccessToken); the build service needs the right to view builds"
VERSION = "api-version=7.1"
# The variables of a run, and what Azure Pipelines sets: https, or a server of this machine for tests.
VARIABLES = {
    "SYSTEM_COLLECTIONURI": r"(https://[\w.-]+(/[\w.-]+)*|http://127\.0\.0\.1:\d+/\w+)/?",
    "SYSTEM_TEAMPROJECT": r"[^/?#%\\]{1,100}",
    "BUILD_BUILDID": r"[0-9]{1,18}",
    "SYSTEM_STAGENAME": r"\w{1,100}",
    "SYSTEM_STAGEATTEMPT": r"[0-9]{1,6}",
}


class _Run(BaseModel):
    id: int
    status: str


class _Record(BaseModel):
    id: str
    parent: str | None = Field(None, alias="parentId")
    type: str
    identifier: str | None = None
    attempt: int = 1


class _Timeline(BaseModel):
    records: list[_Record]


class _Person(BaseModel):
    name: str = Field(alias="uniqueName")


class _Step(BaseModel):
    status: str
    approver: _Person | None = Field(None, alias="actualApprover")


class _Approval(BaseModel):
    id: str
    status: str
    steps: list[_Step] = []


class _Approvals(BaseModel):
    value: list[_Approval]


@dataclass(frozen=True)
class AzureRun:
    """The stage of a run of Azure Pipelines that this process belongs to, and the token of the run."""

    project: str
    number: int
    stage: str
    attempt: int
    token: str = field(repr=False)

    @property
    def service(self) -> CiService:
        """Azure DevOps, for this run."""
        return CiService(SERVICE, self.number, {"Authorization": f"Bearer {self.token}"}, RIGHTS)


def azure_run(environ: Mapping[str, str]) -> AzureRun | None:
    """Return the stage that the variables of Azure Pipelines name; None elsewhere or without a token.

    Raises UsageError if one of the variables is not as Azure Pipelines sets it.
    """
    if environ.get("TF_BUILD") != "True" or not environ.get("SYSTEM_ACCESSTOKEN"):
        return None
    for name, pattern in VARIABLES.items():
        if not re.fullmatch(pattern, environ.get(name, "")):
            raise UsageError(f"{name} is not as Azure Pipelines sets it", "run the stage production")
    collection, project, number, stage, attempt = (environ[name] for name in VARIABLES)
    url = f"{collection.rstrip('/')}/{quote(project)}/_apis"
    return AzureRun(url, int(number), stage, int(attempt), environ["SYSTEM_ACCESSTOKEN"])


def verified_approvals(run: AzureRun, env: str, http: HttpClient) -> Approval:
    """Return who approved this stage, which has the name of the environment; NOBODY if nobody did.

    Raises RefusedError for a run that has ended, and for a stage with the name of another environment;
    OutsideError if Azure DevOps does not confirm or does not respond within 10 s.
    """
    if run.stage != env:
        what = f"the stage {run.stage} of run {run.number} was not approved for {env}"
        raise RefusedError(what, f"run the stage {env} of azure-pipelines.yml")
    build = f"{run.project}/build/builds/{run.number}"
    shown = run.service.get(f"{build}?{VERSION}", TypeAdapter(_Run), http)
    if shown.id != run.number or shown.status == "completed":
        what = f"run {run.number} is not in progress on {SERVICE}"
        raise RefusedError(what, "start a new run: an approval counts in its own run only")
    timeline = run.service.get(f"{build}/timeline?{VERSION}", TypeAdapter(_Timeline), http)
    expected = _approvals_of(run, timeline.records)
    if not expected:
        return NOBODY
    query = f"approvalIds={','.join(sorted(expected))}&$expand=steps&{VERSION}"
    found = run.service.get(f"{run.project}/pipelines/approvals?{query}", TypeAdapter(_Approvals), http)
    names = _approvers({each.id: each for each in found.value}, expected)
    return Approval(", ".join(names), f"{run.number} attempt {run.attempt}", SERVICE) if names else NOBODY


def _approvals_of(run: AzureRun, records: list[_Record]) -> set[str]:
    """Return the ids of the approvals that this attempt of the stage waited for."""
    stage = {
        each.id
        for each in records
        if (each.type, each.identifier, each.attempt) == ("Stage", run.stage, run.attempt)
    }
    checkpoints = {each.id for each in records if each.type == "Checkpoint" and each.parent in stage}
    return {each.id for each in records if each.type == "Checkpoint.Approval" and each.parent in checkpoints}


def _approvers(approvals: Mapping[str, _Approval], expected: set[str]) -> list[str]:
    """Return who approved; nobody, unless a person gave each of the expected approvals."""
    given = [_people(approvals[each]) if each in approvals else set() for each in expected]
    return sorted(set().union(*given)) if all(given) else []


def _people(approval: _Approval) -> set[str]:
    """Return who gave an approval; nobody if it was not given, or by no person."""
    approved = [step for step in approval.steps if step.status == "approved"]
    return {step.approver.name for step in approved if step.approver and approval.status == "approved"}
