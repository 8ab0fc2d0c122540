"""The command line. Only this module prints and turns errors into exit codes."""

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
from localcloud.make_commands import with_instance

app = typer.Typer(
    help="Blob storage, a registry, Kubernetes, a load balancer and DNS on this machine, as containers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
InstanceName = Annotated[
    str, typer.Option("--instance", envvar="SEATRIAL_INSTANCE", help="name of the instance")
]
INTERRUPTED = 130
# Typer shows <bool> after a flag, which looks like an argument.
FLAG = ""
PLAIN_WIDTH = 160
KEPT = "kept: reports/, the images in the engine (make prune removes old ones first) and the cache"
MESSAGE_CHARACTERS = 300
_out = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def up(
    instance: InstanceName = "dev",
    node_image: Annotated[str, typer.Option(help="node image for kind, instead of the default one")] = "",
    node_seconds: Annotated[int, typer.Option(min=1, help="seconds until a new node must be Ready")] = 180,
    metrics: Annotated[
        bool, typer.Option("--metrics", metavar=FLAG, help="also Prometheus, for the metrics of the app")
    ] = False,
) -> None:
    """Start an instance, or repair it."""
    from localcloud.up import UpOptions
    from localcloud.up import up as start

    with display(_err) as progress:
        running = start(find(instance), progress, UpOptions(node_image, node_seconds, metrics))
    _out.print(table.summary(running), soft_wrap=True)
    if running.prometheus:
        _out.print(table.urls(running.prometheus), soft_wrap=True)


@app.command()
def down(
    instance: InstanceName = "dev",
    engine: Annotated[
        bool,
        typer.Option(
            "--engine", metavar=FLAG, help="also stop the container engine, if localcloud started it"
        ),
    ] = False,
    keep_images: Annotated[
        bool,
        typer.Option("--keep-images", metavar=FLAG, help="with --engine: keep its images and build cache"),
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", metavar=FLAG, help="every instance of this checkout")
    ] = False,
) -> None:
    """Remove an instance: its containers, volumes, network and files."""
    from localcloud import engine as engines
    from localcloud.down import all_of
    from localcloud.down import down as remove

    with display(_err) as progress:
        named = find(instance)
        for one in all_of(named) if everything else [named]:
            remove(one, progress)
        if engine and not engines.stop(progress, keep_images=keep_images):
            progress.line("the container engine was not started by localcloud and keeps running")
        progress.line(KEPT)


@app.command()
def status(
    instance: InstanceName = "dev",
    as_json: Annotated[bool, typer.Option("--json", metavar=FLAG, help="print JSON")] = False,
) -> None:
    """Show each part: version, address, state, memory and the command for its logs."""
    from localcloud.down import require_existing
    from localcloud.status import status as read_status

    named = find(instance)
    if not as_json:
        require_existing(named)
    parts = read_status(named)
    if as_json:
        print(json.dumps({"instance": instance, "parts": [asdict(part) for part in parts]}, indent=2))
    else:
        _out.print(table.render(instance, parts))


@app.command()
def logs(instance: InstanceName = "dev") -> None:
    """Write the logs of parts, cluster and image builds, and the events and objects of the cluster."""
    from localcloud.logs import collect

    with display(_err) as progress:
        named = find(instance)
        files = collect(named, progress.line)
    kilobytes = sum(path.stat().st_size for path in files) / 1000
    _out.print(f"logs: {len(files)} files, {kilobytes:.0f} kB, in {named.logs}", markup=False, soft_wrap=True)


@app.command()
def urls(instance: InstanceName = "dev") -> None:
    """Print the URL of Prometheus, if it runs (up --metrics)."""
    from localcloud.status import prometheus_url

    line = table.urls(prometheus_url(find(instance)))
    if line:
        _out.print(line, soft_wrap=True)


@app.command()
def connect(
    other: Annotated[str, typer.Argument(help="instance whose registry to use")],
    instance: InstanceName = "dev",
) -> None:
    """Let this instance's cluster pull from another instance's registry."""
    from localcloud.parts.connect import connect as connect_registry

    connect_registry(find(instance), find(other))


def main() -> NoReturn:
    """Run the command line. A failure prints one line with a hint and sets the documented exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(_exit_code(lambda: app(standalone_mode=True)))


def _exit_code(command: Callable[[], object]) -> int:
    try:
        command()
    except LocalcloudError as error:
        _show(error)
        return error.exit_code
    except SystemExit as error:
        # Typer turns KeyboardInterrupt into this exit code and prints nothing.
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        if code == INTERRUPTED:
            hint = "interrupted: run make up to continue, or make down to remove the instance"
            _err.print(with_instance(hint))
        return code
    except Exception as error:
        _show(from_exception(error))
        return LocalcloudError.exit_code
    return 0


def from_exception(error: Exception) -> LocalcloudError:
    """Convert an exception of the engine or a library to a LocalcloudError with a one-line message."""
    # If the connection fails while the SDK negotiates the API version, it raises the base class itself.
    if isinstance(error, requests.ConnectionError | requests.Timeout) or type(error) is DockerException:
        return LocalcloudError("The container engine stopped responding", "run make up again")
    if isinstance(error, OSError) and error.strerror:
        return LocalcloudError(f"{error.strerror}: {error.filename or 'this machine'}", "run make doctor")
    message = " ".join(str(error).split())[:MESSAGE_CHARACTERS] or "no message"
    return LocalcloudError(
        f"{type(error).__name__}: {message}", "run make status to see what is running, then try again"
    )


def _show(error: LocalcloudError) -> None:
    if error.log_tail:
        _err.print(escape(error.log_tail), style="dim")
    hint = f" [bold]→ {escape(with_instance(error.hint))}[/bold]" if error.hint else ""
    _err.print(f"[red]localcloud failed:[/red] {escape(with_instance(error.message))}{hint}")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
