"""The command that sets up a project of Azure DevOps for what `infra/` created."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from seatrial import console
from seatrial.commands.options import FLAG, Instance
from seatrial.errors import RefusedError
from seatrial.workspace import find

app = typer.Typer()
Preview = Annotated[
    bool, typer.Option("--dry-run", metavar=FLAG, help="show what would be set; change nothing")
]


@app.command(name="infra-azure-devops", rich_help_panel="Azure")
def infra_azure_devops(dry_run: Preview = False, instance: Instance = "dev") -> None:
    """Set what infra/ created: variable groups, environments and pipelines of Azure DevOps, seatrial.toml.

    The project is that of the remote `origin` in Azure Repos. It signs in with AZURE_DEVOPS_EXT_PAT or
    `az login`, prints what differs, sets only that, and names what stays to do; a second run sets nothing.

    Exit codes: 0 everything is set; 2 no OpenTofu, no state, no remote in Azure Repos; 10 an environment
    allows other branches; 30 Azure DevOps failed: the line has what was set.
    """
    from seatrial.http_client import NewConnections
    from seatrial.infra_outputs.azure_plan import open_project, plan
    from seatrial.infra_outputs.changes import make_all, table
    from seatrial.infra_outputs.settings_lines import difference, planned, write
    from seatrial.infra_outputs.state import read_outputs

    workspace = find(instance)
    outputs = read_outputs(workspace.root)
    lines = planned(workspace.root, outputs)
    remote = workspace.git("config", "--get", "remote.origin.url", check=False)
    found = plan(open_project(remote, os.environ, NewConnections()), outputs, workspace.root)
    count = sum(change.differs for change in found.changes)
    if count:
        console.show(table(found.changes))
    if changed := difference(*lines):
        typer.echo(changed)
    refused = [] if dry_run else make_all(found.changes, "make infra-azure-devops")
    if not dry_run:
        write(workspace.root, lines)
    for line in found.left:
        console.line(line)
    if refused:
        raise RefusedError(f"all else is set; {'; '.join(refused)}", "Environments, Approvals and checks")
    done = "none was made (DRY_RUN)" if dry_run else f"{count} were set"
    console.line(
        f"infra-azure-devops: {found.project}, {len(found.changes)} in all, {count} differed, {done}"
    )
