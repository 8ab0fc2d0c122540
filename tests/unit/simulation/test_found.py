"""Schedules that violated an invariant once, each with the events that show it."""

from __future__ import annotations

from random import Random

import pytest

from simulation.plan import Command, Job, Plan, PlannedEvent
from simulation.process import Moment
from simulation.schedule import Report, run_plan, run_seed
from simulation.world import Options

ROLLBACKS = Job("laptop", 0.0, (Command("rollback", "staging"),) * 2, needs_success=False)
RELEASE = (Command("deploy", "staging", 101), Command("accept", "staging"))
AGAIN = Job("ci-2", 30.0, RELEASE)


def run(*jobs: Job, events: tuple[PlannedEvent, ...] = (), seed: int = 1) -> Report:
    """Run a plan after two accepted releases; the seed decides how long requests take."""
    return run_plan(Plan(2, jobs, events), Random(seed), Options(), telling=True)


@pytest.mark.parametrize("seed", range(2, 10))
def test_a_rollback_continued_during_its_rollout_waits_for_all_replicas(seed: int) -> None:
    """The second rollback does not switch users to the one replica that is ready already."""
    event = PlannedEvent("interrupt", moment=Moment("after", "write", 3))
    report = run(ROLLBACKS, events=(event,), seed=seed)
    assert report.violations == ()
    assert [line for line in report.story if "rollback@laptop/2" in line and line.endswith("ends 0")]


def ends(report: Report, job: str) -> list[str]:
    """Return the exit codes of a machine's commands."""
    found = [line.split() for line in report.story if f"@{job}/" in line]
    return [words[-1] for words in found if words[-2] == "ends"]


def test_what_was_rolled_back_is_refused_until_resume() -> None:
    """`deploy` of the same image ends 10; after `resume` it is released."""
    jobs = (Job("ci", 0.0, RELEASE), Job("laptop", 20.0, (Command("rollback", "staging"),)), AGAIN)
    resume = Job("desk", 25.0, (Command("resume", "staging"),))
    held, resumed = run(*jobs), run(*jobs, resume)
    assert (ends(held, "ci-2"), ends(resumed, "ci-2")) == (["10"], ["0", "0"])
    assert held.violations == resumed.violations == ()


def test_an_accept_that_is_asked_to_stop_ends_20() -> None:
    """`rollback` during the bake window ends 0 with the users back on the stable release."""
    report = run(Job("ci", 0.0, RELEASE), Job("laptop", 10.0, (Command("rollback", "staging"),)))
    assert report.violations == ()
    assert (ends(report, "ci"), ends(report, "laptop")) == (["0", "20"], ["0"])


@pytest.mark.parametrize(
    "seed", [1191, 1923, 2716, 5766, 1005529, 2020812, 2031864, 2041433, 7007634, 8001082, 8009682]
)
def test_a_schedule_that_violated_an_invariant_is_clean(seed: int) -> None:
    """As long as the plan of a seed stays the same, it shows a fault that was in the code once."""
    assert run_seed(seed, Options()).violations == ()
