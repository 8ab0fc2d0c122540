"""Commands of a release: bootstrap, deploy, accept, promote, current."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from seatrial import console
from seatrial.commands.exit_codes import (
    ACCEPT_CODES,
    DEPLOY_CODES,
    PROMOTE_CODES,
)
from seatrial.commands.options import FLAG, AsJson, Env, Instance, run_stage
from seatrial.commands.summary import StepSummary, summarised
from seatrial.errors import UsageError
from seatrial.settings import load
from seatrial.workspace import Workspace, find

if TYPE_CHECKING:
    from seatrial.image_reference import ImageReference
    from seatrial.release.approval import Approval

Every = Annotated[
    bool,
    typer.Option(
        "--all", metavar=FLAG, help="what each environment runs, or that it runs nothing; exit code 0"
    ),
]
app = typer.Typer()
ApprovedBy = Annotated[
    str, typer.Option(envvar="APPROVED_BY", help="who approves the release, if the environment requires it")
]
Approvals = Annotated[
    Path | None,
    typer.Option(envvar="APPROVALS", help="GitHub's list of the run's reviews (JSON), instead of a name"),
]


Unchecked = Annotated[
    str,
    typer.Option(envvar="UNCHECKED", help="why an image that did not pass check is released, where allowed"),
]


@app.command(rich_help_panel="Release")
def bootstrap(
    env: Annotated[list[str], typer.Option("--env", help="environment of seatrial.toml; may be repeated")],
    instance: Instance = "dev",
) -> None:
    """Prepare an environment once, as its administrator: namespace, roles, pull secret."""
    from seatrial.stages.bootstrap import bootstrap as stage

    workspace = find(instance)
    settings = load(workspace)
    for name in env:
        stage(settings, workspace, name)
        console.line(f"bootstrap: {name} is ready")


@app.command(rich_help_panel="Release", epilog=DEPLOY_CODES)
def deploy(
    env: Env = "local",
    image: Annotated[
        str, typer.Option(help="registry/repository@sha256:…, a digest and no tag; default: the pushed image")
    ] = "",
    unchecked: Unchecked = "",
    approved_by: ApprovedBy = "",
    approvals: Approvals = None,
    step_summary: StepSummary = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Start a candidate in the empty slot, preview it and switch users to it: a pending release."""
    from seatrial.release.origin import Origin
    from seatrial.stages.deploy import deploy as stage

    approved = _approval(instance, env, approved_by, approvals)
    with summarised(instance, env, step_summary):
        run_stage(
            instance,
            as_json,
            lambda s, w: stage(s, w, env, _reference(image), Origin(approved, unchecked=unchecked)),
            "{r.release} at {r.url}, pending",
            env,
        )


@app.command(rich_help_panel="Release", epilog=ACCEPT_CODES)
def accept(
    env: Env = "local",
    step_summary: StepSummary = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Check the pending release on the live address: it becomes stable, or users are switched back."""
    from seatrial.stages.accept import accept as stage

    with summarised(instance, env, step_summary):
        run_stage(instance, as_json, lambda s, w: stage(s, w, env), "{r.release} is stable at {r.url}", env)


@app.command(rich_help_panel="Release", epilog=PROMOTE_CODES)
def promote(
    env: Env = "production",
    source: Annotated[str, typer.Option("--from", help="environment that has accepted it")] = "staging",
    image: Annotated[
        str, typer.Option(help="expected image, reference or digest; default: the running one")
    ] = "",
    approved_by: ApprovedBy = "",
    approvals: Approvals = None,
    step_summary: StepSummary = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Release the accepted image of one environment to another by the same digest, up to its acceptance."""
    from seatrial.stages.promote import promote as stage

    approved = _approval(instance, env, approved_by, approvals)
    with summarised(instance, env, step_summary):
        run_stage(instance, as_json, lambda s, w: stage(s, w, env, source, image, approved), _promoted, env)


@app.command(rich_help_panel="Release")
def current(env: Env = "local", instance: Instance = "dev", every: Every = False) -> None:
    """Print the environment's URL; exit code 10 unless it runs this working state and lock."""
    from seatrial.stages.current import current as stage

    workspace = find(instance)
    if every:
        _show_running(workspace)
        return
    typer.echo(stage(load(workspace), workspace, env))


def _show_running(workspace: Workspace) -> None:
    from seatrial.stages.running import running

    table = Table("environment", "URL", "release", "model", box=None, pad_edge=False)
    for row in running(load(workspace), workspace):
        table.add_row(*(Text(cell) for cell in row.cells))
    console.show(table)


def _approval(instance: str, env: str, approved_by: str, approvals: Path | None) -> Approval:
    from seatrial.commands.approvals import given_approval
    from seatrial.system import SERVICES

    required = load(find(instance)).environment(env).approval
    # An environment that requires no approval does not depend on GitHub.
    return given_approval(env, approved_by, approvals, os.environ if required else {}, SERVICES.http)


def _reference(image: str) -> ImageReference | None:
    from seatrial.image_reference import ImageReference

    try:
        return ImageReference.parse(image) if image else None
    except ValueError as error:
        raise UsageError(
            str(error), "--image (IMAGE= with make) needs a digest, not a tag, as push prints it"
        ) from error


def _promoted(result: Any) -> str:
    text = f"{result.source_release} is {result.release}, stable at {result.url}"
    approved = f", approved by {result.approved_by}" if result.approved_by else ""
    return text + approved if result.changed else f"{text}: it was released there already"
