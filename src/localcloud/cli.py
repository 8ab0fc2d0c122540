"""The command line: the one place that prints, and where errors become a line and an exit code."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, NoReturn

import requests
import typer
from docker.errors import DockerException
from rich.console import Console
from rich.markup import escape

from localcloud import table
from localcloud.display import display
from localcloud.errors import LocalcloudError
from localcloud.instance import find

app = typer.Typer(
    help=__doc__ and "Blob, registry, cluster, load balancer and DNS on this machine, as containers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
InstanceName = Annotated[str, typer.Option("--instance", envvar="SEATRIAL_INSTANCE", help="which one")]
INTERRUPTED = 130
_out = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def up(
    instance: InstanceName = "dev",
    node_image: Annotated[str, typer.Option(help="another node image for kind")] = "",
    node_seconds: Annotated[int, typer.Option(min=1, help="how long a new node may take to be Ready")] = 180,
) -> None:
    """Start an instance, or mend what is missing of it."""
    from localcloud.up import Options
    from localcloud.up import up as start

    with display(_err) as report:
        running = start(find(instance), report, Options(node_image, node_seconds))
    _out.print(table.summary(running), soft_wrap=True)


@app.command()
def down(
    instance: InstanceName = "dev",
    engine: Annotated[bool, typer.Option("--engine", help="also an engine that we started")] = False,
    keep_images: Annotated[
        bool, typer.Option("--keep-images", help="with --engine: leave what it has built, for the next time")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="every instance of this checkout")] = False,
) -> None:
    """Remove an instance: its containers, volumes, network and files."""
    from localcloud import engine as engines
    from localcloud.down import all_of
    from localcloud.down import down as remove

    with display(_err) as report:
        named = find(instance)
        for one in all_of(named) if everything else [named]:
            remove(one, report)
        if engine and not engines.stop(report, keep_images=keep_images):
            report.line("the engine was not started by us: left alone")


@app.command()
def status(
    instance: InstanceName = "dev",
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Show what runs: part, version, address, state, memory, logs."""
    from localcloud.status import status as look

    parts = look(find(instance))
    if as_json:
        print(json.dumps({"instance": instance, "parts": [asdict(part) for part in parts]}, indent=2))
    else:
        _out.print(table.render(instance, parts))


@app.command()
def connect(
    other: Annotated[str, typer.Argument(help="the instance whose registry it is")],
    instance: InstanceName = "dev",
) -> None:
    """Let this instance's cluster pull from another instance's registry."""
    from localcloud.parts.connect import connect as join

    join(find(instance), find(other))


def main() -> NoReturn:
    """Run the command line; every failure is one line and its cure, with the documented exit code."""
    signal.signal(signal.SIGTERM, _interrupted)
    sys.exit(_exit_code(lambda: app(standalone_mode=True)))


def _exit_code(command: Callable[[], object]) -> int:
    try:
        command()
    except LocalcloudError as error:
        _show(error)
        return int(getattr(error, "exit_code", 30))
    except SystemExit as ended:
        # Typer raises this in place of an interruption, and says nothing of it.
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if code == INTERRUPTED:
            _err.print("interrupted: make up goes on from here, make down removes what there is")
        return code
    except Exception as error:
        _show(outside(error))
        return 30
    return 0


def outside(error: Exception) -> LocalcloudError:
    """Tell a failure of the engine or of a library in one line."""
    # The SDK tells a lost engine by the base of its errors where it asks for the version.
    if isinstance(error, requests.ConnectionError | requests.Timeout) or type(error) is DockerException:
        return LocalcloudError(
            "The container engine stopped answering", "make up starts it again where it ended"
        )
    if isinstance(error, OSError) and error.strerror:
        return LocalcloudError(f"{error.strerror}: {error.filename or 'this machine'}", "make doctor")
    said = " ".join(str(error).split())[:300] or "no word why"
    return LocalcloudError(
        f"{type(error).__name__}: {said}", "localcloud status shows what runs; then try again"
    )


def _show(error: LocalcloudError) -> None:
    if error.log_tail:
        _err.print(escape(error.log_tail), style="dim")
    cure = f" [bold]→ {escape(error.hint)}[/bold]" if error.hint else ""
    _err.print(f"[red]localcloud failed:[/red] {escape(error.message)}{cure}")


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt
