"""The release: one environment, two slots, one verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seatrial import console
from seatrial.commands.options import AsJson, Env, Instance, run_stage
from seatrial.commands.summary import StepSummary, summarised
from seatrial.settings import load
from seatrial.workspace import find

if TYPE_CHECKING:
    from seatrial.release.approval import Approval

app = typer.Typer()
ApprovedBy = Annotated[
    str, typer.Option(envvar="APPROVED_BY", help="who wants it there, where that is asked")
]
Approvals = Annotated[
    Path | None,
    typer.Option(envvar="APPROVALS", help="instead: GitHub's list of who approved the workflow's run (JSON)"),
]
Run = Annotated[
    str,
    typer.Option(
        "--run", envvar=["GITHUB_RUN_ID", "BUILD_BUILDID"], help="the CI run that --approvals is of"
    ),
]


@app.command(rich_help_panel="Release")
def bootstrap(
    env: Annotated[list[str], typer.Option("--env", help="environment; may be repeated")],
    instance: Instance = "dev",
) -> None:
    """Prepare an environment once, as its administrator: namespace, rights, pull secret."""
    from seatrial.stages.bootstrap import bootstrap as stage

    workspace = find(instance)
    settings = load(workspace)
    for name in env:
        stage(settings, workspace, name)
        console.line(f"bootstrap: {name} is ready")


@app.command(rich_help_panel="Release")
def deploy(
    env: Env = "local",
    image: Annotated[str, typer.Option(help="repo@sha256:…; default: what push gave")] = "",
    approved_by: ApprovedBy = "",
    approvals: Approvals = None,
    run: Run = "",
    step_summary: StepSummary = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Try a candidate in the empty slot, preview it, switch to it: a pending release."""
    from seatrial.release.origin import Origin
    from seatrial.stages.deploy import deploy as stage

    who = _approval(env, approved_by, approvals, run)
    with summarised(instance, env, step_summary):
        run_stage(
            instance,
            as_json,
            lambda s, w: stage(s, w, env, image or None, Origin(who)),
            "{r.release} at {r.url}, pending",
        )


@app.command(rich_help_panel="Release")
def accept(
    env: Env = "local",
    step_summary: StepSummary = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Bake the pending release and give the verdict: stable, or switched back."""
    from seatrial.stages.accept import accept as stage

    with summarised(instance, env, step_summary):
        run_stage(instance, as_json, lambda s, w: stage(s, w, env), "{r.release} is stable at {r.url}")


@app.command(rich_help_panel="Release")
def promote(
    env: Env = "production",
    source: Annotated[str, typer.Option("--from", help="environment that has accepted it")] = "staging",
    image: Annotated[str, typer.Option(help="the digest that is meant; default: what --from runs")] = "",
    approved_by: ApprovedBy = "",
    approvals: Approvals = None,
    run: Run = "",
    step_summary: StepSummary = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Release to an environment what another has accepted: the same digest."""
    from seatrial.stages.promote import promote as stage

    who = _approval(env, approved_by, approvals, run)
    with summarised(instance, env, step_summary):
        run_stage(instance, as_json, lambda s, w: stage(s, w, env, source, image, who), _say_promoted)


@app.command(rich_help_panel="Release")
def rollback(env: Env = "local", instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Return to the stable release, or to the stable one before it."""
    from seatrial.stages.rollback import rollback as stage

    run_stage(instance, as_json, lambda s, w: stage(s, w, env), _say_rolled_back)


@app.command(rich_help_panel="Release")
def current(env: Env = "local", instance: Instance = "dev") -> None:
    """Say where the environment answers; ends 10 unless it serves this working state and lock."""
    from seatrial.stages.current import current as stage

    workspace = find(instance)
    typer.echo(stage(load(workspace), workspace, env))


def _approval(env: str, approved_by: str, approvals: Path | None, run: str) -> Approval:
    from seatrial.release.approval import Approval, reviewers

    return reviewers(approvals, env, run) if approvals else Approval(approved_by)


def _say_promoted(result: Any) -> str:
    what = f"{result.source_release} is {result.release}, stable at {result.url}"
    approved = f", approved by {result.approved_by}" if result.approved_by else ""
    return what + approved if result.changed else f"{what}, and was before"


def _say_rolled_back(result: Any) -> str:
    return f"{result.release or 'nothing'} serves, {result.replaced} is gone"
