"""Commands that are killed at each later step: the next command completes or undoes their work."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import psutil
import pytest

from e2e.release.conftest import UNCHECKED, ReleaseEnvironment
from e2e.release.faulty_images import faulty_image
from e2e.release.images import ImageFactory
from e2e.release.live_objects import differences
from e2e.user_load import UserLoad
from seatrial.release.record import Record, State
from seatrial.wait import until

pytestmark = pytest.mark.faults
STEP_SECONDS = 120
# The Lease of a killed command expires after `lease_seconds` without renewal.
LEASE_SECONDS = 60


def _kill_when(command: subprocess.Popen[str], condition: Callable[[], bool]) -> None:
    """Kill a command once a condition holds."""
    try:
        until("the condition to kill it", lambda: condition() or None, STEP_SECONDS, every=0.05)
    finally:
        command.kill()
        command.communicate()


def _next(environment: ReleaseEnvironment, command: str, *words: str) -> tuple[int, str]:
    """Run the next command once the Lease of the killed one has expired."""

    def run() -> tuple[int, str] | None:
        code, output = environment.run(command, *words)
        return None if code == 12 else (code, output)

    return until("expiry of the killed command's Lease", run, LEASE_SECONDS)


def _pending(environment: ReleaseEnvironment, images: ImageFactory, name: str) -> Record:
    code, output = environment.deploy(images.working(name))
    assert code == 0, output
    return environment.last()


def _assert_only(environment: ReleaseEnvironment, release: str) -> None:
    assert environment.stable().release == release
    assert environment.pods() == {release: environment.target.environment.replicas}
    assert differences(environment) == []


def _runs_suite(accept: subprocess.Popen[str]) -> bool:
    """Return whether the suite has started: it is the only child process of accept."""
    return bool(psutil.Process(accept.pid).children())


def _state(environment: ReleaseEnvironment, release: str) -> State | None:
    found = environment.target.records.find(release)
    return found.state if found else None


def test_rollback_after_deploy_was_killed_at_the_switch(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """If deploy is killed after its preview, a rollback returns to stable without a failed request."""
    before, number = environment.stable(), environment.last().number + 1
    with user_load:
        deploy = environment.start_deploy(images.working("killed-at-the-switch"))
        _kill_when(
            deploy,
            lambda: environment.last().number == number and environment.last().state != "candidate",
        )
        code, output = _next(environment, "rollback")
    assert code == 0, output
    _assert_only(environment, before.release)
    assert (user_load.failed(), user_load.wrong()) == ([], [])


def test_accept_after_accept_was_killed_during_the_bake(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """If accept is killed during the bake window, the next accept completes it without a failed request."""
    pending = _pending(environment, images, "killed-baking")
    with user_load:
        accept = environment.start("accept")
        _kill_when(accept, lambda: environment.holds_lease(accept))
        code, output = _next(environment, "accept")
    assert code == 0, output
    _assert_only(environment, pending.release)
    assert (user_load.failed(), user_load.wrong()) == ([], [])


def test_accept_undoes_the_release_on_sigterm(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """On SIGTERM accept switches back before it ends, without a failed request."""
    before, pending = environment.stable(), _pending(environment, images, "terminated")
    with user_load:
        accept = environment.start("accept")
        until("the start of its suite", lambda: _runs_suite(accept) or None, STEP_SECONDS, every=0.05)
        accept.terminate()
        output, _ = accept.communicate(timeout=STEP_SECONDS)
    assert accept.returncode == 130, output
    assert _state(environment, pending.release) == "switched-back"
    _assert_only(environment, before.release)
    assert (user_load.failed(), user_load.wrong()) == ([], [])


def test_deploy_after_accept_was_killed_before_the_old_slot_was_cleared(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """If accept is killed before it clears the old slot, the next release clears it."""
    pending = _pending(environment, images, "killed-settling")
    with user_load:
        _kill_when(environment.start("accept"), lambda: _state(environment, pending.release) == "stable")
        code, output = _next(environment, "deploy", "--image", images.working("after-settling"), *UNCHECKED)
        assert code == 0, output
        code, output = environment.run("accept")
    assert code == 0, output
    last = environment.last().release
    _assert_only(environment, last)
    assert [r.release for r in environment.target.records.all() if r.state == "stable"] == [last]
    assert (user_load.failed(), user_load.wrong()) == ([], [])


def test_rollback_after_accept_was_killed_while_it_switched_back(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory
) -> None:
    """If accept is killed while it switches back, a rollback removes the bad release."""
    before, host = environment.stable(), environment.target.environment.host
    image = faulty_image(images, "wrong after the switch", host)
    code, output = environment.deploy(image)
    assert code == 0, output
    bad = environment.last()

    def stable_is_live() -> bool:
        live = environment.target.slots.live()
        return live is not None and live.release == before.release

    _kill_when(environment.start("accept"), stable_is_live)
    code, output = _next(environment, "rollback")
    assert code == 0, output
    assert _state(environment, bad.release) == "switched-back"
    _assert_only(environment, before.release)


def test_rollback_after_a_rollback_was_killed(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """If a rollback is killed, the next one completes it without a failed request."""
    code, output = environment.release(images.working("rolled-back-half-way"))
    assert code == 0, output
    stable = environment.stable()
    with user_load:
        _kill_when(environment.start("rollback"), lambda: _state(environment, stable.previous) == "returning")
        code, output = _next(environment, "rollback")
    assert code == 0, output
    _assert_only(environment, stable.previous)
    assert _state(environment, stable.release) == "rolled-back"
    assert (user_load.failed(), user_load.wrong()) == ([], [])
