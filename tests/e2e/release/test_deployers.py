"""Concurrent deployers, and deployers that are killed."""

from __future__ import annotations

import pytest

from e2e.release.conftest import COMMAND_SECONDS, ReleaseEnvironment
from e2e.release.images import ImageFactory
from seatrial.release.record import Record, State
from seatrial.wait import until


def _wait_for_state(environment: ReleaseEnvironment, number: int, state: State) -> None:
    def reached() -> bool | None:
        last = environment.last()
        return True if last.number == number and last.state == state else None

    until(f"release {number} in state {state}", reached, 60, every=0.1)


@pytest.mark.parametrize(
    ("state", "command", "code", "final"),
    [("candidate", "accept", 10, "refused"), ("pending", "rollback", 0, "switched-back")],
)
def test_the_next_command_undoes_the_release_of_a_killed_deployer(
    environment: ReleaseEnvironment,
    first: Record,
    images: ImageFactory,
    state: State,
    command: str,
    code: int,
    final: State,
) -> None:
    """A second deployer is refused and names the holder; once that is killed, it undoes the release."""
    before, number = environment.stable(), environment.last().number + 1
    image = images.working(f"killed-{state}")
    deployer = environment.start_deploy(image)
    try:
        if state == "candidate":
            _wait_for_state(environment, number, "candidate")
            refused, output = environment.run("accept")
            assert refused == 12, output
            assert f"/{deployer.pid}-" in output
            assert "since 20" in output
        _wait_for_state(environment, number, state)
    finally:
        deployer.kill()
        deployer.communicate()

    def next_command() -> tuple[int, str] | None:
        found, output = environment.run(command)
        return None if found == 12 else (found, output)

    found, output = until("expiry of the killed deployer's Lease", next_command, 60)
    assert found == code, output
    assert environment.last().state == final
    assert environment.stable().release == before.release
    assert environment.pods() == {before.release: environment.target.environment.replicas}


def test_accept_takes_over_a_pending_release(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory
) -> None:
    """A pending release blocks other deployers and is accepted by a later accept."""
    image = images.working("left-pending")
    code, output = environment.deploy(image)
    assert code == 0, output
    code, output = environment.deploy(image)
    assert code == 12, output
    assert "make accept" in output
    code, output = environment.run("accept")
    assert code == 0, output
    assert str(environment.stable().reference) == image


@pytest.mark.faults
def test_of_two_concurrent_deployers_one_releases(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory
) -> None:
    """Of two deployers that start together one releases; the other ends with 12 and names the holder."""
    before, number = environment.stable(), environment.last().number
    both = [environment.start_deploy(images.working(f"at-once-{each}")) for each in "ab"]
    ended = [(each.communicate(timeout=COMMAND_SECONDS)[0], each.returncode) for each in both]
    assert sorted(code for _, code in ended) == [0, 12], ended
    assert environment.last().number == number + 1
    (refused,) = [output for output, code in ended if code == 12]
    assert "is held by" in refused
    code, output = environment.run("rollback")
    assert code == 0, output
    assert environment.stable() == before
