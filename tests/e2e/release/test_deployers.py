"""Several deployers, and deployers that die."""

from __future__ import annotations

import pytest

from e2e.release.conftest import COMMAND_SECONDS, Trial
from e2e.release.images import Images
from seatrial.release.record import Record, State
from seatrial.wait import until


def _comes_to(trial: Trial, number: int, state: State) -> None:
    def look() -> bool | None:
        last = trial.last()
        return True if last.number == number and last.state == state else None

    until(f"release {number} {state}", look, 60, every=0.1)


@pytest.mark.parametrize(
    ("state", "command", "ends", "left"),
    [("candidate", "accept", 10, "refused"), ("pending", "rollback", 0, "switched-back")],
)
def test_the_next_command_undoes_what_a_dead_deployer_left(
    trial: Trial, first: Record, images: Images, state: State, command: str, ends: int, left: State
) -> None:
    """The second deployer is told who works here; when that one dies, the next command undoes its work."""
    before, number = trial.stable(), trial.last().number + 1
    image = images.honest(f"killed-{state}")
    dying = trial.start("deploy", "--image", image)
    try:
        if state == "candidate":
            _comes_to(trial, number, "candidate")
            code, output = trial.run("accept")
            assert code == 12, output
            assert f"/{dying.pid}-" in output
            assert "since 20" in output
        _comes_to(trial, number, state)
    finally:
        dying.kill()
        dying.communicate()

    def next_command() -> tuple[int, str] | None:
        code, output = trial.run(command)
        return None if code == 12 else (code, output)

    code, output = until("the dead deployer's Lease", next_command, 60)
    assert code == ends, output
    assert trial.last().state == left
    assert trial.stable().release == before.release
    assert trial.pods() == {before.release: trial.target.environment.replicas}


def test_a_pending_release_whose_runner_died_is_finished_by_accept(
    trial: Trial, first: Record, images: Images
) -> None:
    """A release that was left pending is finished by any later accept, and kept from other deployers."""
    image = images.honest("left-pending")
    code, output = trial.run("deploy", "--image", image)
    assert code == 0, output
    code, output = trial.run("deploy", "--image", image)
    assert code == 12, output
    assert "make accept" in output
    code, output = trial.run("accept")
    assert code == 0, output
    assert trial.stable().reference == image


@pytest.mark.faults
def test_of_two_who_start_at_once_one_wins(trial: Trial, first: Record, images: Images) -> None:
    """Two deployers who start at the same moment: one releases, the other is told who does."""
    before, number = trial.stable(), trial.last().number
    both = [trial.start("deploy", "--image", images.honest(f"at-once-{each}")) for each in "ab"]
    ended = [(each.communicate(timeout=COMMAND_SECONDS)[0], each.returncode) for each in both]
    assert sorted(code for _, code in ended) == [0, 12], ended
    assert trial.last().number == number + 1
    (loser,) = [output for output, code in ended if code == 12]
    assert "is held by" in loser
    code, output = trial.run("rollback")
    assert code == 0, output
    assert trial.stable() == before
