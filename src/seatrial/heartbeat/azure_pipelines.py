"""Whether the nightly release of Azure Pipelines is recent.

Sources: the REST API of Azure DevOps 7.1, *Definitions - List* and *Builds - List*.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, Field, TypeAdapter

from seatrial.azure_devops import AzureDevOps, authorization, azure_address
from seatrial.errors import OutsideError, UsageError
from seatrial.heartbeat.night import Night, NightlyCheck, last_night
from seatrial.http_client import HttpClient

FILE: Final = "azure-pipelines.yml"
NEXT: Final = f"look at the runs of {FILE}, and at its schedule and state under Edit, Triggers and Settings"
RIGHTS: Final = (
    "pass SYSTEM_ACCESSTOKEN: $(System.AccessToken); the build service needs the right to view builds"
)
NEWEST: Final = 20
"""Runs of each kind that are looked at, the newest first."""
# A run by hand releases what a night releases.
REASONS: Final = ("schedule", "manual")


class _Repository(BaseModel):
    id: str
    name: str = ""


class _Process(BaseModel):
    file: str = Field("", alias="yamlFilename")


class _Pipeline(BaseModel):
    id: int
    state: str = Field(alias="queueStatus")
    changed: datetime = Field(alias="createdDate")
    process: _Process
    repository: _Repository | None = None


class _Web(BaseModel):
    href: str


class _Links(BaseModel):
    web: _Web | None = None


class _Build(BaseModel):
    queued: datetime = Field(alias="queueTime")
    status: str
    result: str = ""
    links: _Links = Field(alias="_links")

    @property
    def night(self) -> Night:
        """The run; one that has no result yet runs or waits for approvals."""
        ended = self.status in ("completed", "cancelling")
        counts = self.result in ("succeeded", "partiallySucceeded") if ended else True
        return Night(self.queued, counts, self.links.web.href if self.links.web else "")


class _Pipelines(BaseModel):
    value: list[_Pipeline]


class _Builds(BaseModel):
    value: list[_Build]


def azure_project(
    environ: Mapping[str, str], remote: str, http: HttpClient
) -> tuple[AzureDevOps, str] | None:
    """Return the project whose nights count, and the id or the name of its repository.

    It is that of a run of Azure Pipelines, wherever the repository is hosted, else that of a `remote` in
    Azure Repos; None for any other. Raises UsageError and OutsideError as `authorization`.
    """
    if environ.get("TF_BUILD") == "True":
        names = ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID")
        if not all(environ.get(name) for name in names):
            raise UsageError("the variables of Azure Pipelines are not set", "run it in a step of a pipeline")
        collection, project, repository = (environ[name] for name in names)
        url = f"{collection.rstrip('/')}/{quote(project)}"
    elif address := azure_address(remote):
        url, _, repository = address.rpartition("/_git/")
    else:
        return None
    return AzureDevOps(f"{url}/_apis/build", authorization(f"{url}/", environ), RIGHTS, http), repository


def check_azure_nightly(
    project: AzureDevOps, repository: str, now: datetime, max_hours: float
) -> NightlyCheck:
    """Compare the age of the last night on main with `max_hours`.

    A night counts from its start, if it succeeded, still runs or waits for approvals; before the first one
    the age is that of the last change of the pipeline. Raises OutsideError if Azure DevOps fails or the
    repository has no pipeline for `azure-pipelines.yml`.
    """
    pipeline = _pipeline(project, repository)
    nights = [night for reason in REASONS for night in _nights(project, pipeline, reason)]
    since, why = last_night(nights, pipeline.changed)
    age = now - since
    if pipeline.state != "enabled":
        why += f"; the pipeline is {pipeline.state}"
    fresh = age <= timedelta(hours=max_hours)
    return NightlyCheck(fresh, age / timedelta(hours=1), "" if fresh else why)


def _pipeline(project: AzureDevOps, repository: str) -> _Pipeline:
    # Not filtered by `yamlFilename`: the name is stored with or without a slash before it.
    query = "definitions?processType=2&includeAllProperties=true"
    for each in project.request("GET", query, TypeAdapter(_Pipelines)).value:
        own = each.repository and repository in (each.repository.id, each.repository.name)
        if own and each.process.file.lstrip("/") == FILE:
            return each
    raise OutsideError(f"the project has no pipeline for {FILE} of {repository}", f"Pipelines, New: {FILE}")


def _nights(project: AzureDevOps, pipeline: _Pipeline, reason: str) -> list[Night]:
    query = f"definitions={pipeline.id}&branchName=refs%2Fheads%2Fmain&reasonFilter={reason}"
    newest = f"queryOrder=queueTimeDescending&$top={NEWEST}"
    found = project.request("GET", f"builds?{query}&{newest}", TypeAdapter(_Builds))
    return [each.night for each in found.value]
