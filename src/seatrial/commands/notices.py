"""Report how a command ended: to a webhook, and to the step summary and the outputs of a CI step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial import console
from seatrial.errors import SeatrialError
from seatrial.settings import Settings

if TYPE_CHECKING:
    from seatrial.release.notice import Notice


@contextmanager
def notified(settings: Settings, env: str) -> Iterator[None]:
    """Notify people if the block fails with exit code 20 or 21, or 10 in a scheduled CI run.

    In a step of GitHub Actions the outputs `code`, `notice` and `error` are set. What cannot be reported is a
    warning; the error of the block is raised in any case.
    """
    from seatrial.release.notice import of_error

    try:
        yield
    except SeatrialError as error:
        notice = of_error(env, error, scheduled=_scheduled(os.environ))
        report(settings, notice, error.exit_code, os.environ, error)
        raise


def report(
    settings: Settings,
    notice: Notice | None,
    code: int,
    environ: Mapping[str, str],
    error: SeatrialError | None = None,
) -> None:
    """Report how a command ended: its exit code, its error and its notice, as far as it has them.

    A failure to do so is a warning.
    """
    _attempt("outputs", lambda: _append(environ.get("GITHUB_OUTPUT"), _outputs(notice, code, error)))
    if notice:
        _attempt("step summary", lambda: _append(environ.get("GITHUB_STEP_SUMMARY"), _summary(notice)))
        _attempt("notification", lambda: _send(settings, notice, environ))


def _attempt(what: str, act: Callable[[], str]) -> None:
    try:
        problem = act()
    except (Exception, KeyboardInterrupt) as error:
        # Its name only: the text of an error may contain the URL.
        problem = type(error).__name__
    if problem:
        console.line(f"  warning: no {what} ({problem})")


def _send(settings: Settings, notice: Notice, environ: Mapping[str, str]) -> str:
    from seatrial.release.webhook import send
    from seatrial.system import SERVICES

    url = environ.get(settings.notify.variable, "").strip()
    if url == f"$({settings.notify.variable})":
        # What Azure Pipelines passes to a step for a variable that does not exist.
        return ""
    return send(notice, settings.notify.format, url, SERVICES.http, SERVICES.runtime) if url else ""


def _append(path: str | None, text: str) -> str:
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    return ""


def _outputs(notice: Notice | None, code: int, error: SeatrialError | None) -> str:
    from seatrial.release.notice import one_line

    found = {"code": code, "notice": notice, "error": one_line(error.line) if error else ""}
    return "".join(f"{name}={value}\n" for name, value in found.items() if value not in (None, ""))


def _summary(notice: Notice) -> str:
    # Indented lines are code: names and links in a message have no effect.
    why = f"    {notice.why}\n\n" if notice.why else ""
    return f"\n    {notice.title}\n\n{why}Next: `{notice.next.replace('`', '')}`\n\n"


def _scheduled(environ: Mapping[str, str]) -> bool:
    """Return whether no person started this run: a schedule of a CI, or an event sent to GitHub."""
    unattended = ("schedule", "repository_dispatch")
    return environ.get("GITHUB_EVENT_NAME") in unattended or environ.get("BUILD_REASON") == "Schedule"
