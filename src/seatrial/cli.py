"""The command line: turns errors into one line and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import typer

from seatrial import console
from seatrial.commands import (
    azure_devops,
    card,
    golden,
    heartbeat,
    image,
    infra,
    maintenance,
    model,
    models,
    optimization,
    proposal,
    qa,
    records,
    recovery,
    release,
    run,
    use,
)
from seatrial.errors import OutsideError, SeatrialError, UsageError

INTERRUPTED = 130
_HINTS: dict[int | None, str] = {
    errno.ENOSPC: "free disk space, then run the command again",
    errno.EACCES: "check the file's permissions",
}
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From a commit and a model in private storage to a tested endpoint on Kubernetes.",
)
for group in (
    card,
    golden,
    model,
    models,
    use,
    optimization,
    proposal,
    image,
    run,
    release,
    recovery,
    records,
    qa,
    maintenance,
    heartbeat,
    infra,
    azure_devops,
):
    app.add_typer(group.app)


def interrupt_on_signals() -> None:
    """Treat SIGTERM and the end of the terminal (SIGHUP) like Ctrl-C, so that cleanup runs.

    A SIGHUP that is ignored, as under nohup, stays ignored.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hang_up)


def _hang_up(number: int, frame: FrameType | None) -> None:
    for output in (1, 2):
        with suppress(OSError):
            # What cleanup prints to a terminal that is gone would fail, and end the cleanup.
            if stat.S_ISCHR(os.fstat(output).st_mode) and not os.isatty(output):
                os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    signal.default_int_handler(number, frame)


def main() -> None:
    """Run the command line and exit with the documented code."""
    interrupt_on_signals()
    try:
        # Without standalone mode Typer returns the codes of Exit and of an interruption.
        code = app(standalone_mode=False) or 0
        if code == INTERRUPTED:
            console.line("seatrial: interrupted; the next release command finishes or undoes what was begun")
        sys.exit(code)
    except typer.Abort:
        # Ctrl-C or Ctrl-D instead of an answer.
        console.line("seatrial: interrupted; nothing was done")
        sys.exit(INTERRUPTED)
    except SeatrialError as error:
        _fail(error)
    except OSError as error:
        _fail(
            OutsideError(
                f"{error.strerror or error} {error.filename or ''}".strip(), _HINTS.get(error.errno, "")
            )
        )
    except Exception as error:
        if hasattr(error, "format_message"):
            _fail(UsageError(error.format_message().rstrip("."), "see --help"))
        raise


def _fail(error: SeatrialError) -> NoReturn:
    if error.log:
        console.line("\n".join(f"  | {row}" for row in error.log.splitlines()))
    console.line(f"seatrial: {error.line}")
    console.annotate(error.line)
    sys.exit(error.exit_code)
