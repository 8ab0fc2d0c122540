"""The command that notices when the nightly release has stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from seatrial import console
from seatrial.errors import OutsideError
from seatrial.workspace import find

app = typer.Typer()
MaxHours = Annotated[
    float, typer.Option(help="the age of the last night, in hours, that is still fine", min=1)
]


@app.command(rich_help_panel="Machine")
def heartbeat(max_hours: MaxHours = 36) -> None:
    """Fail if the last nightly release is too old, and keep the schedules of the workflows in force.

    While it is too old there is one open issue with the label `heartbeat`; it is closed once a night is
    recent again. A night counts if it succeeded, still runs or waits for reviewers. Every workflow with a
    schedule is enabled again, except those that a person disabled. It needs the GitHub CLI `gh`.

    Exit codes: 0 the last night is recent; 30 it is too old, or GitHub failed.
    """
    from seatrial.heartbeat.github import GitHub
    from seatrial.heartbeat.nightly import NEXT, check_nightly
    from seatrial.runtime import SYSTEM

    found = check_nightly(GitHub(find("dev").root), SYSTEM.now(), max_hours)
    if not found.fresh:
        opened = "an issue was opened" if found.opened else "its issue is open already"
        raise OutsideError(f"{found.why}, {found.hours:.0f} hours ago; {opened}", NEXT)
    closed = "".join(f"; closed issue #{number}" for number in found.closed)
    kept = ", ".join(found.kept) or "none"
    console.line(
        f"heartbeat: the last night began {found.hours:.0f} hours ago{closed}; schedules in force: {kept}"
    )
