"""Whether the nightly release is recent, one issue while it is not, and schedules that stay in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from seatrial.errors import OutsideError
from seatrial.heartbeat.github import GitHub, Workflow, WorkflowRun
from seatrial.heartbeat.night import Night, NightlyCheck, last_night

NIGHTLY: Final = "nightly.yml"
MAIN: Final = "main"
FOLDER: Final = Path(".github") / "workflows"
# A person's decision, which the heartbeat leaves as it is.
BY_HAND: Final = "disabled_manually"
NEXT: Final = "look at the runs of `nightly`; start one by hand with: gh workflow run nightly.yml"


def check_nightly(github: GitHub, now: datetime, max_hours: float) -> NightlyCheck:
    """Compare the age of the last night with `max_hours`, and keep one open issue while it is older.

    A night counts from its start, if it succeeded, still runs or waits for reviewers; before the first one
    the age is that of the workflow. Raises OutsideError if GitHub fails, or has no workflow `nightly.yml`.
    """
    workflows = github.workflows()
    kept = tuple(_keep_scheduled(github, workflows))
    since, why = _last_night(github.runs(NIGHTLY, MAIN), workflows)
    age = now - since
    hours = age / timedelta(hours=1)
    if age <= timedelta(hours=max_hours):
        return NightlyCheck(True, hours, "", kept, closed=tuple(_close(github, hours)))
    opened = not github.open_issues()
    if opened:
        github.open_issue(f"    {why}, {hours:.0f} hours ago. The limit is {max_hours:g} hours.\n\n{NEXT}\n")
    return NightlyCheck(False, hours, why, kept, opened=opened)


def scheduled(folder: Path) -> Iterator[str]:
    """Yield the file of each workflow in a folder that has a schedule."""
    for path in sorted(folder.glob("*.yml")):
        loaded: dict[Any, Any] = yaml.safe_load(path.read_text()) or {}
        # YAML 1.1 reads the key `on` as True.
        events = loaded.get("on", loaded.get(True))
        if isinstance(events, dict) and "schedule" in events:
            yield path.name


def _keep_scheduled(github: GitHub, workflows: list[Workflow]) -> Iterator[str]:
    """Enable every workflow with a schedule: GitHub disables schedules 60 days after the last activity."""
    states = {workflow.file: workflow.state for workflow in workflows}
    for file in scheduled(github.root / FOLDER):
        if states.get(file, BY_HAND) != BY_HAND:
            github.enable(file)
            yield file


def _last_night(runs: list[WorkflowRun], workflows: list[Workflow]) -> tuple[datetime, str]:
    """Return when the last night began, and what it was."""
    nights = [Night(run.created, run.conclusion in ("", "success"), run.url) for run in runs]
    for workflow in workflows:
        if workflow.file == NIGHTLY:
            return last_night(nights, workflow.created)
    raise OutsideError(f"the repository has no workflow {NIGHTLY}", "push main, which contains it")


def _close(github: GitHub, hours: float) -> Iterator[int]:
    for number in github.open_issues():
        github.close_issue(
            number, f"The nightly release runs again: the last one began {hours:.0f} hours ago."
        )
        yield number
