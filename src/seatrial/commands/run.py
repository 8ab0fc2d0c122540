"""The command `run`: the built image alone on this machine, with its page in a browser."""

from __future__ import annotations

import json
import os
import shlex
import sys
import webbrowser
from collections.abc import Mapping
from typing import Annotated

import typer

from seatrial import console
from seatrial.commands.options import AsJson, Instance, run_stage

app = typer.Typer()


@app.command(rich_help_panel="Image")
def run(
    image: Annotated[
        str, typer.Option(help="image id, or a name that the engine has; default: the result of build")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port on 127.0.0.1; 0: a free one")] = 0,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="open the page in a browser")] = True,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Run the built image alone on a loopback port, without a cluster, until Ctrl-C.

    The container has the memory and the restrictions of a pod: [pod] in seatrial.toml. Its page is opened in
    a browser, except with CI=true, without a display and over SSH. The log is printed until Ctrl-C, which
    stops and removes the container.
    """
    from seatrial.stages.run import run as stage

    def ready(url: str, photo: str) -> None:
        console.line(usage(url, photo))
        if open_page and can_open(os.environ, sys.platform):
            webbrowser.open(url + "/")

    show = (lambda _: None) if as_json else print_log
    run_stage(
        instance,
        as_json,
        lambda s, w: stage(s, w, image, port, ready=ready, log=show),
        "stopped; the container is removed",
        write=False,
    )


def usage(url: str, photo: str) -> str:
    """Return what a user can do with a running image."""
    body = f"curl -H 'Content-Type: application/octet-stream' --data-binary @{shlex.quote(photo)}"
    return "\n".join(
        (
            f"run: the app is at {url}/",
            f"  page:   open {url}/ in a browser",
            f"  try it: {body} {url}/predict",
            "  stop:   Ctrl-C",
        )
    )


def can_open(environ: Mapping[str, str], platform: str) -> bool:
    """Return whether a browser can be opened: not with CI=true, over SSH, or on Linux without a display."""
    if environ.get("CI") == "true" or environ.get("SSH_CONNECTION"):
        return False
    return platform != "linux" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def print_log(line: str) -> None:
    """Print a line of the app's log on stdout: a request as method, path, status and time."""
    typer.echo(readable(line))


def readable(line: str) -> str:
    """Return a JSON line of the app's log as text; any other line as it is."""
    try:
        entry = json.loads(line)
        time = str(entry["time"])[11:19]
        if entry["message"] != "request":
            return "  ".join([time, str(entry["level"]), str(entry["message"]), *exception(entry)])
        return f"{time}  {entry['status']}  {entry['method']} {entry['path']}  {entry['ms']} ms"
    except (ValueError, KeyError, TypeError):
        return line


def exception(entry: Mapping[str, object]) -> list[str]:
    """Return the traceback of an entry, on lines of its own."""
    return ["\n" + str(entry["exception"])] if "exception" in entry else []
