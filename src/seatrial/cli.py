"""The command line: the one place where errors become a line and an exit code."""

from __future__ import annotations

import errno
import signal
import sys
from typing import NoReturn

import typer

from seatrial import console
from seatrial.commands import evidence, image, machine, model, release
from seatrial.errors import OutsideError, SeatrialError, UsageError

INTERRUPTED = 130
_CURES: dict[int | None, str] = {
    errno.ENOSPC: "free some disk, then run the same again",
    errno.EACCES: "give yourself access to that file",
}
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From a commit and a model in private storage to a tested endpoint on Kubernetes.",
)
for group in (model, image, release, evidence, machine):
    app.add_typer(group.app)


def main() -> None:
    """Run the command line and exit with the documented code."""
    # What begs to end is treated as a hand at the keyboard: what was begun is undone on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Typer raises neither its own Exit nor an interruption: it returns their codes.
        code = app(standalone_mode=False) or 0
        if code == INTERRUPTED:
            console.line("seatrial: interrupted; the next command finishes or undoes what was begun")
        sys.exit(code)
    except SeatrialError as error:
        _fail(error)
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
