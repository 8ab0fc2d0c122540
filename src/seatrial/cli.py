"""The command line: one command a stage, the one place that prints results and exits."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from seatrial import console
from seatrial.errors import OutsideError, SeatrialError, UsageError
from seatrial.results import StageResult
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace, find

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From a commit and a model in private storage to a tested endpoint on Kubernetes.",
)
_CURES: dict[int | None, str] = {
    errno.ENOSPC: "free some disk, then run the same again",
    errno.EACCES: "give yourself access to that file",
}
Instance = Annotated[str, typer.Option(envvar="SEATRIAL_INSTANCE", help="which local cloud, by name")]
Env = Annotated[str, typer.Option("--env", help="environment of seatrial.toml")]
AsJson = Annotated[bool, typer.Option("--json", help="the typed result on stdout, for machines")]


def main() -> None:
    """Run the command line and exit with the documented code."""
    try:
        app(standalone_mode=False)
    except SeatrialError as error:
        _fail(error)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except KeyboardInterrupt:
        console.line("seatrial: interrupted; the next command finishes or undoes what was begun")
        sys.exit(130)
    except OSError as error:
        _fail(
            OutsideError(
                f"{error.strerror or error} {error.filename or ''}".strip(), _CURES.get(error.errno, "")
            )
        )
    except Exception as error:
        if hasattr(error, "format_message"):
            _fail(UsageError(error.format_message().rstrip("."), "--help shows the usage"))
        raise


def _fail(error: SeatrialError) -> NoReturn:
    if error.log:
        console.line("\n".join(f"  | {row}" for row in error.log.splitlines()))
    cure = f" Cure: {error.hint}." if error.hint else ""
    what = f"seatrial: {error.word} ({error.exit_code}): {error.message}.{cure}"
    console.line(" ".join(what.split()))
    sys.exit(error.exit_code)


def _stage(
    instance: str, as_json: bool, call: Callable[[Settings, Workspace], StageResult], say: str
) -> None:
    workspace = find(instance)
    result = call(load(workspace), workspace)
    workspace.write_result(result)
    if as_json:
        print(result.model_dump_json(indent=2))
    else:
        console.line(f"{result.stage}: " + say.format(r=result) + f" ({result.seconds:.1f} s)")


@app.command()
def publish(
    model: Annotated[Path | None, typer.Argument(help="model directory")] = None,
    golden: Annotated[Path | None, typer.Option(help="golden set directory")] = None,
    if_absent: Annotated[bool, typer.Option(help="an equal version already there is no error")] = False,
    channel: Annotated[str, typer.Option(help="pointer to move; none: leave it")] = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Publish a model and a golden set to the store, each version once and for ever."""
    from seatrial.publish import publish as stage

    _stage(
        instance,
        as_json,
        lambda s, w: stage(s, w, model=model, golden=golden, if_absent=if_absent, channel=channel or None),
        "{r.model} {r.golden}",
    )


@app.command()
def fetch(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Fetch the locked model and golden set from the store, and verify every byte."""
    from seatrial.fetch import fetch as stage

    _stage(instance, as_json, stage, "{r.model.name} {r.model.version} {r.model.digest}")


@app.command()
def validate(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Judge the fetched model; nothing is built without a passing report."""
    from seatrial.validate import validate as stage

    _stage(instance, as_json, stage, "{r.model.name} {r.model.version} passed")


@app.command()
def update(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Move model.lock to the channel's newest model, if that one validates."""
    from seatrial.update import update as stage

    _stage(instance, as_json, stage, "{r.model.version}, changed: {r.changed}")


@app.command()
def build(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Build the one image: app and model."""
    from seatrial.build import build as stage

    _stage(instance, as_json, stage, "{r.image}")


@app.command()
def check(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Test the built image under testcontainers."""
    from seatrial.check import check as stage

    _stage(instance, as_json, stage, "{r.passed} tests passed on {r.image}")


@app.command()
def push(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Push the checked image; what arrived must be what was checked."""
    from seatrial.push import push as stage

    _stage(instance, as_json, stage, "{r.reference}")


@app.command()
def bootstrap(
    env: Annotated[list[str], typer.Option("--env", help="environment; may be repeated")],
    instance: Instance = "dev",
) -> None:
    """Prepare an environment once, as its administrator: namespace, rights, pull secret."""
    from seatrial.bootstrap import bootstrap as stage

    workspace = find(instance)
    settings = load(workspace)
    for name in env:
        stage(settings, workspace, name)
        console.line(f"bootstrap: {name} is ready")


@app.command()
def deploy(
    env: Env = "local",
    image: Annotated[str, typer.Option(help="repo@sha256:…; default: what push gave")] = "",
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Try a candidate in the empty slot, preview it, switch to it: a pending release."""
    from seatrial.deploy import deploy as stage

    _stage(instance, as_json, lambda s, w: stage(s, w, env, image or None), "{r.release} at {r.url}, pending")


@app.command()
def accept(env: Env = "local", instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Bake the pending release and give the verdict: stable, or switched back."""
    from seatrial.accept import accept as stage

    _stage(instance, as_json, lambda s, w: stage(s, w, env), "{r.release} is stable at {r.url}")


@app.command()
def rollback(env: Env = "local", instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Return to the stable release, or to the stable one before it."""
    from seatrial.rollback import rollback as stage

    _stage(instance, as_json, lambda s, w: stage(s, w, env), "{r.release} serves, {r.replaced} is gone")


@app.command()
def current(env: Env = "local", instance: Instance = "dev") -> None:
    """Say where the environment answers; ends 10 unless it serves this working state and lock."""
    from seatrial.current import current as stage

    workspace = find(instance)
    console.line(stage(load(workspace), workspace, env))


@app.command()
def doctor(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Say what is missing on this machine, and the cure."""
    from seatrial.doctor import doctor as stage

    report: Any = stage(find(instance))
    print(json.dumps(report.rows, indent=2) if as_json else report.table)
    if not report.healthy:
        raise typer.Exit(30)
