"""Tests of the schedules: each is reproduced by its seed, and a violation is reported."""

from __future__ import annotations

from random import Random

import pytest

from simulation import __main__ as command
from simulation.plan import Command, Job, Plan, PlannedEvent
from simulation.process import Moment
from simulation.schedule import Report, run_plan, run_seed
from simulation.world import Options

RELEASE = (Command("deploy", "staging", 101), Command("accept", "staging"))


def run(history: int, *jobs: Job, events: tuple[PlannedEvent, ...] = ()) -> Report:
    """Run a plan with its story."""
    return run_plan(Plan(history, jobs, events), Random(1), Options(), telling=True)


@pytest.mark.parametrize("seed", [4, 8])
def test_a_seed_gives_the_same_story_in_every_run(seed: int) -> None:
    """The story of a schedule depends on its seed only."""
    first = run_seed(seed, Options(), telling=True)
    assert first.story
    assert run_seed(seed, Options(), telling=True) == first


def test_a_story_does_not_change_what_happens() -> None:
    """A schedule has the same steps with and without its story."""
    assert run_seed(8, Options(), telling=True).steps == run_seed(8, Options()).steps


@pytest.mark.parametrize("history", [0, 1, 2])
def test_a_release_without_events_violates_nothing(history: int) -> None:
    """`deploy` and `accept` keep every invariant if nothing disturbs them."""
    report = run(history, Job("ci", 0.0, RELEASE))
    assert report.violations == ()
    assert [line for line in report.story if "accept@ci" in line and line.endswith("ends 0")]


def test_a_killed_command_has_no_effect_any_more() -> None:
    """After `kill -9` a deployer writes nothing, and the job's next command does not begin."""
    event = PlannedEvent("kill", moment=Moment("after", "write", 3))
    story = run(1, Job("ci", 0.0, RELEASE), events=(event,)).story
    killed = next(number for number, line in enumerate(story) if line.endswith(" killed"))
    later = [line for line in story[killed + 1 :] if "@ci/" in line.split()[2]]
    assert [line.split()[-2:] for line in later] == [["ends", "-9"]]


def test_a_suspended_machine_does_nothing_meanwhile() -> None:
    """While its machine is suspended a deployer takes no step."""
    event = PlannedEvent("suspend", moment=Moment("before", "write", 4), seconds=10.0)
    story = run(1, Job("ci", 0.0, RELEASE), events=(event,)).story
    suspended = next(number for number, line in enumerate(story) if "suspended for" in line)
    start, after = (float(story[number].split()[0]) for number in (suspended, suspended + 1))
    assert after - start >= 10.0


def test_the_command_prints_the_number_of_schedules_and_violations(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The last line is `N schedules, M violations`; without violations the exit code is 0."""
    assert command.main(["--schedules", "1", "--seed", "8", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 schedules, 0 violations"
