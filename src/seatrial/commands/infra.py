"""Commands for the Azure side that `infra/` creates: its inputs, its outputs, the first steps in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from seatrial import console
from seatrial.commands.options import FLAG, Instance
from seatrial.errors import OutsideError
from seatrial.settings import load
from seatrial.workspace import find

if TYPE_CHECKING:
    from seatrial.infra_outputs.github_plan import GitHubPlan

app = typer.Typer()
Preview = Annotated[
    bool, typer.Option("--dry-run", metavar=FLAG, help="show what would be set; change nothing")
]
Reviewers = Annotated[
    str,
    typer.Option(
        help="who may approve a release to production: login[,login] or OWNER/TEAM; default: as it is"
    ),
]
Repository = Annotated[
    str, typer.Option(envvar="GH_REPO", help="OWNER/NAME at GitHub; default: the remote `origin`")
]


@app.command(name="infra-azure", rich_help_panel="Azure")
def infra_azure() -> None:
    """Print in which subscription infra/ is created, and as whom.

    Exit codes: 0 signed in; 30 az is missing or not signed in.
    """
    from seatrial.infra_outputs.azure_account import account

    console.line(f"infra-azure: {account()}")


@app.command(name="infra-github", rich_help_panel="Azure")
def infra_github(
    repository: Repository = "",
    without: Annotated[
        bool, typer.Option("--without", metavar=FLAG, help="remove them: no workflow of GitHub gets rights")
    ] = False,
) -> None:
    """Write name and numbers of the GitHub repository as inputs of infra/, so that nobody types them.

    Azure will trust the workflows of that repository. If GitHub does not respond, the file of an earlier run,
    infra/github.auto.tfvars.json, is used.

    Exit codes: 0 written, or there is one; 2 the checkout has no remote at GitHub; 30 gh or GitHub failed.
    """
    from seatrial.infra_outputs.repository import forget, inputs

    root = find("dev").root
    done = forget(root) if without else inputs(root, repository)
    console.line(f"infra-github: {done}")


@app.command(name="infra-outputs", rich_help_panel="Azure")
def infra_outputs(
    reviewers: Reviewers = "",
    dry_run: Preview = False,
    repository: Repository = "",
    instance: Instance = "dev",
) -> None:
    """Set what infra/ created: variables and environments of the GitHub repository, lines of seatrial.toml.

    It reads `tofu output` and GitHub, prints what differs, and sets only that; a second run sets nothing.
    The environments get their rules: `main` alone, and where seatrial.toml demands an approval the reviewers.

    Exit codes: 0 everything is set; 2 no OpenTofu, no state, no remote at GitHub, an unknown reviewer;
    10 no administrator of the repository; 30 GitHub failed or did not take a rule: the line has what was set.
    """
    from seatrial.github_command import repository_of
    from seatrial.infra_outputs.changes import make_all, table
    from seatrial.infra_outputs.github_plan import plan
    from seatrial.infra_outputs.settings_lines import planned, write
    from seatrial.infra_outputs.state import read_outputs

    workspace = find(instance)
    outputs = read_outputs(workspace.root)
    lines = planned(workspace.root, outputs)
    name = repository_of(workspace.root, repository)
    found = plan(workspace.root, name, outputs, load(workspace), reviewers.split(","))
    count = sum(change.differs for change in found.changes)
    if count:
        console.show(table(found.changes))
    _show(found, lines)
    if dry_run:
        console.line(f"infra-outputs: {count} changes at GitHub, none was made (DRY_RUN)")
        return
    refused = make_all(found.changes)
    write(workspace.root, lines)
    if refused:
        fix = (
            "the owner's plan may lack these rules for private repositories; see docs/reference/identities.md"
        )
        raise OutsideError(f"all else is set; {'; '.join(refused)}", fix)
    console.line(
        f"infra-outputs: {found.repository.full_name} has all {len(found.changes)}, {count} were set"
    )


@app.command(name="infra-bootstrap", rich_help_panel="Azure")
def infra_bootstrap(
    instance: Instance = "dev",
    check: Annotated[
        bool, typer.Option("--check", metavar=FLAG, help="check what must be there before; change nothing")
    ] = False,
) -> None:
    """Sign in to the cluster that infra/ created, and bootstrap its environments, once.

    The cluster is added to your kubeconfig, as `az aks get-credentials` does.

    Exit codes: 0 done; 2 no OpenTofu, no state, or seatrial.toml without its lines; 10 as bootstrap; 30 az,
    kubelogin or the cluster failed.
    """
    from seatrial.infra_outputs.cluster_sign_in import sign_in_to_cluster
    from seatrial.infra_outputs.readiness import require_ready
    from seatrial.infra_outputs.state import read_outputs
    from seatrial.stages.bootstrap import bootstrap

    workspace = find(instance)
    outputs = read_outputs(workspace.root)
    settings = load(workspace)
    require_ready(outputs, settings)
    if check:
        return
    console.line(f"infra-bootstrap: signed in to {sign_in_to_cluster(outputs)}")
    for name in sorted(outputs.deployers):
        bootstrap(settings, workspace, name)
        console.line(f"bootstrap: {name} is ready")


def _show(found: GitHubPlan, lines: tuple[str, str]) -> None:
    from seatrial.infra_outputs.settings_lines import difference

    changed = difference(*lines)
    if changed:
        typer.echo(changed)
    for note in found.notes:
        console.line(note)
