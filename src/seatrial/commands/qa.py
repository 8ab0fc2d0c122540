"""The command for QA: qa-kit."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from seatrial import console
from seatrial.commands.options import Env, Instance
from seatrial.settings import Settings, load
from seatrial.workspace import find

app = typer.Typer()

Image = Annotated[
    str,
    typer.Option(
        metavar="REPOSITORY@sha256:…",
        help="the image to expect; default: the pushed one, without one what is stable in --env",
    ),
]
Out = Annotated[Path | None, typer.Option(help="the archive; default: .seatrial/NAME/qa-kit.zip")]


@app.command(rich_help_panel="Release")
def qa_kit(env: Env = "local", instance: Instance = "dev", image: Image = "", out: Out = None) -> None:
    """Write the acceptance suite with its golden set to one archive, for QA.

    Unpacked, `python3 qa-kit https://…` tests an endpoint with nothing but Python 3.11 or newer and
    its packages, and leaves a page. It expects the pushed image and the model of model.lock; where nothing
    was pushed, image and model of the stable release of --env. The command that is printed tests --env.
    """
    from seatrial.image_reference import ImageReference
    from seatrial.qa_kit.kit import expected, make_kit
    from seatrial.system import SERVICES

    workspace = find(instance)
    settings = load(workspace)
    # Before anything is written: the environment may not exist.
    settings.environment(env)
    target = out or workspace.directory / "qa-kit.zip"
    given = ImageReference.parse(image) if image else None
    found = expected(settings, workspace, given, env, SERVICES)
    size = make_kit(settings, workspace, found, target)
    console.line(f"qa-kit: {target}, {size / 1e6:.1f} MB, expects {found.source}; to run it where Python is:")
    console.line(f"  {next_command(settings, env, target)}")


def next_command(settings: Settings, env: str, archive: Path) -> str:
    """Return the command that unpacks a kit and tests an environment with it.

    The name of a local environment is known to one DNS server alone, which the command gives.
    """
    dns = settings.dns_of(env)
    server = f" --dns {dns.server}:{dns.port}" if dns.server else ""
    live = settings.environment(env)
    authority = f" --ca {shlex.quote(live.ca_file)}" if live.ca_file else ""
    return f"unzip {shlex.quote(str(archive))} && python3 qa-kit {live.url}{server}{authority}"
