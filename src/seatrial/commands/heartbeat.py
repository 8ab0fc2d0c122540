"""The command that notices when the nightly release has stopped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from seatrial import console
from seatrial.errors import OutsideError
from seatrial.workspace import Workspace, find

if TYPE_CHECKING:
    from seatrial.azure_devops import AzureDevOps
    from seatrial.heartbeat.night import NightlyCheck

app = typer.Typer()
MaxHours = Annotated[
    float, typer.Option(help="the age of the last nightly run, in hours, that is still accepted", min=1)
]


@app.command(rich_help_panel="Machine")
def heartbeat(max_hours: MaxHours = 36) -> None:
    """Fail if the last nightly release is too old; at GitHub keep the schedules of the workflows in force.

    A night counts if it succeeded, still runs or waits for reviewers. At GitHub, by its CLI `gh`: while it is
    too old there is one open issue with the label `heartbeat`, which is closed once a night is recent again;
    every workflow with a schedule is enabled again, except those that a person disabled. In Azure Pipelines,
    and for a repository in Azure Repos: while it is too old the webhook is notified.

    Exit codes: 0 the last nightly run is recent; 30 it is too old, or GitHub or Azure DevOps failed.
    """
    from seatrial.heartbeat.azure_pipelines import azure_project
    from seatrial.http_client import NewConnections

    workspace = find("dev")
    remote = workspace.git("config", "--get", "remote.origin.url", check=False)
    if azure := azure_project(os.environ, remote, NewConnections()):
        found = _in_azure(workspace, *azure, max_hours)
    else:
        found = _at_github(workspace, max_hours)
    closed = "".join(f"; closed issue #{number}" for number in found.closed)
    kept = f"; schedules in force: {', '.join(found.kept)}" if found.kept else ""
    console.line(f"heartbeat: the last nightly run began {found.hours:.0f} hours ago{closed}{kept}")


def _at_github(workspace: Workspace, max_hours: float) -> NightlyCheck:
    """Return what is found at GitHub. Raises OutsideError if the night is too old."""
    from seatrial.heartbeat.github import GitHub
    from seatrial.heartbeat.nightly import NEXT, check_nightly
    from seatrial.runtime import SYSTEM

    found = check_nightly(GitHub(workspace.root), SYSTEM.now(), max_hours)
    if not found.fresh:
        opened = "an issue was opened" if found.opened else "its issue is open already"
        raise OutsideError(f"{found.why}, {found.hours:.0f} hours ago; {opened}", NEXT)
    return found


def _in_azure(workspace: Workspace, project: AzureDevOps, repository: str, max_hours: float) -> NightlyCheck:
    """Return what is found in Azure DevOps. Raises OutsideError if the night is too old."""
    from seatrial.commands.notices import report
    from seatrial.heartbeat.azure_pipelines import NEXT, check_azure_nightly
    from seatrial.release.notice import Notice
    from seatrial.runtime import SYSTEM
    from seatrial.settings import load

    found = check_azure_nightly(project, repository, SYSTEM.now(), max_hours)
    if not found.fresh:
        error = OutsideError(f"{found.why}, {found.hours:.0f} hours ago", NEXT)
        notice = Notice("the nightly release does not run any more", "", "", error.message, NEXT)
        report(load(workspace), notice, error.exit_code, os.environ, error)
        raise error
    return found
