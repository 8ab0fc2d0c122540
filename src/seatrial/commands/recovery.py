"""Commands that end a release early, and what follows: settle, rollback, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from seatrial.commands.exit_codes import RESUME_CODES, ROLLBACK_CODES, SETTLE_CODES
from seatrial.commands.options import AsJson, Env, Instance, run_stage
from seatrial.commands.summary import StepSummary, summarised

if TYPE_CHECKING:
    from seatrial.release.notice import Notice

app = typer.Typer()


@app.command(rich_help_panel="Release", epilog=SETTLE_CODES)
def settle(
    env: Env = "local",
    step_summary: StepSummary = None,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Finish or undo what an interrupted deployer left."""
    from seatrial.stages.settle import settle as stage

    with summarised(instance, env, step_summary):
        run_stage(instance, as_json, lambda s, w: stage(s, w, env), _settled, env, _settled_notice)


@app.command(rich_help_panel="Release", epilog=ROLLBACK_CODES)
def rollback(
    env: Env = "local",
    why: Annotated[str, typer.Option(envvar="WHY", help="reason, shown by history")] = "",
    again: Annotated[
        bool, typer.Option("--again", help="go back one release more after a completed rollback")
    ] = False,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Undo an unfinished release; without one, return to the previous stable release. Hold what it undid."""
    from seatrial.stages.rollback import rollback as stage

    run_stage(
        instance,
        as_json,
        lambda s, w: stage(s, w, env, why=why, again=again),
        _rolled_back,
        env,
        lambda result: _hold_notice(result, why),
    )


@app.command(rich_help_panel="Release", epilog=RESUME_CODES)
def resume(env: Env = "local", instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Lift the holds of an environment, so that what was rolled back may be released again."""
    from seatrial.stages.resume import resume as stage

    run_stage(instance, as_json, lambda s, w: stage(s, w, env), _resumed, env)


def _rolled_back(result: Any) -> str:
    return f"{result.release or 'no release'} serves, {result.replaced} is removed and on hold"


def _settled(result: Any) -> str:
    return f"{'; '.join(result.settled) or 'nothing was unfinished'}; {result.release or 'no release'} serves"


def _resumed(result: Any) -> str:
    return f"{', '.join(result.resumed) or 'no release'} no longer on hold"


def _settled_notice(result: Any) -> Notice | None:
    from seatrial.release.notice import of_settled

    return of_settled(result.environment, result.settled, result.release)


def _hold_notice(result: Any, why: str) -> Notice:
    from seatrial.release.notice import of_hold

    return of_hold(result.environment, result.replaced, result.release, why)
