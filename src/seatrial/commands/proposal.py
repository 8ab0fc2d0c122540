"""Commands for a new model on its way to main: propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from seatrial.commands.options import AsJson, Instance, run_stage

if TYPE_CHECKING:
    from seatrial.stages.propose import ProposeResult

app = typer.Typer()
_TEXT = {
    "current": "is in main",
    "opened": "has a new pull request",
    "renewed": "has its pull request renewed",
    "committed": "is committed to main",
}


def _propose_text(result: ProposeResult) -> str:
    where = f": {result.url}" if result.url else ""
    closed = ", ".join(f"#{number}" for number in result.closed)
    others = f"; closed those of other models: {closed}" if closed else ""
    return f"{result.model.name} {result.model.version} {_TEXT[result.action]}{where}{others}"


@app.command(rich_help_panel="Model")
def propose(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Offer the model of the last update as a pull request that changes model.lock alone.

    A second run renews it. With model.follow = true the change is committed to main instead, unless the
    model is an older one. The remote `origin` is at GitHub, by the GitHub CLI `gh`, or in Azure Repos, with
    SYSTEM_ACCESSTOKEN of a pipeline, AZURE_DEVOPS_EXT_PAT or `az login`. It needs git access too.

    Exit codes: 0 done; 2 update has not run on this commit; 10 refused: main has another model.lock
    meanwhile, or does not accept the commit; 30 the remote, GitHub or Azure Repos failed.
    """
    from seatrial.stages.propose import propose as stage

    run_stage(instance, as_json, stage, _propose_text)
