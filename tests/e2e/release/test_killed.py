"""Deployers killed at each later step: the next command finishes their work, or undoes it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.images import Images
from e2e.release.intact import differences
from seatrial.kube.labels import LEASE
from seatrial.release.record import Record, State
from seatrial.wait import until

pytestmark = pytest.mark.faults
STEP_SECONDS = 120
# What a dead one left is another's once it has been silent for as long as its Lease lasts.
SILENCE_SECONDS = 60


def _kill_when(command: subprocess.Popen[str], moment: Callable[[], bool]) -> None:
    """Kill a command at a moment of its work."""
    try:
        until("the moment to kill it", lambda: moment() or None, STEP_SECONDS, every=0.05)
    finally:
        command.kill()
        command.communicate()


def _next(trial: Trial, command: str, *words: str) -> tuple[int, str]:
    """Run the next command as soon as the dead one has been silent for long enough."""

    def run() -> tuple[int, str] | None:
        code, output = trial.run(command, *words)
        return None if code == 12 else (code, output)

    return until("the dead deployer's Lease", run, SILENCE_SECONDS)


def _pending(trial: Trial, images: Images, name: str) -> Record:
    code, output = trial.run("deploy", "--image", images.honest(name))
    assert code == 0, output
    return trial.last()


def _only(trial: Trial, release: str) -> None:
    assert trial.stable().release == release
    assert trial.pods() == {release: trial.target.environment.replicas}
    assert differences(trial) == []


def _holds(trial: Trial, process: subprocess.Popen[str]) -> bool:
    lease = trial.target.cluster.get("Lease", LEASE, trial.target.environment.namespace) or {"spec": {}}
    return f"/{process.pid}-" in lease["spec"].get("holderIdentity", "")


def _judges(accept: subprocess.Popen[str]) -> bool:
    """Say whether it has begun its suite, a process of its own."""
    return any(path.read_text() for path in Path(f"/proc/{accept.pid}/task").glob("*/children"))


def _state(trial: Trial, release: str) -> State | None:
    found = trial.target.records.find(release)
    return found.state if found else None


def test_a_deployer_killed_at_the_switch(trial: Trial, first: Record, images: Images, crowd: Users) -> None:
    """Killed as its preview has passed: a rollback brings everybody back to stable, nobody notices."""
    before, number = trial.stable(), trial.last().number + 1
    with crowd:
        dying = trial.start("deploy", "--image", images.honest("killed-at-the-switch"))
        _kill_when(dying, lambda: trial.last().number == number and trial.last().state != "candidate")
        code, output = _next(trial, "rollback")
    assert code == 0, output
    _only(trial, before.release)
    assert (crowd.failed(), crowd.wrong()) == ([], [])


def test_an_accept_killed_while_it_bakes(trial: Trial, first: Record, images: Images, crowd: Users) -> None:
    """Killed while it bakes: the next accept gives the verdict, nobody notices."""
    pending = _pending(trial, images, "killed-baking")
    with crowd:
        dying = trial.start("accept")
        _kill_when(dying, lambda: _holds(trial, dying))
        code, output = _next(trial, "accept")
    assert code == 0, output
    _only(trial, pending.release)
    assert (crowd.failed(), crowd.wrong()) == ([], [])


def test_an_accept_that_is_told_to_end_undoes_what_it_judges(
    trial: Trial, first: Record, images: Images, crowd: Users
) -> None:
    """A runner that is being shut down sends users back before it goes: no next command is needed."""
    before, pending = trial.stable(), _pending(trial, images, "told-to-end")
    with crowd:
        ending = trial.start("accept")
        until("its suite", lambda: _judges(ending) or None, STEP_SECONDS, every=0.05)
        ending.terminate()
        output, _ = ending.communicate(timeout=STEP_SECONDS)
    assert ending.returncode == 130, output
    assert _state(trial, pending.release) == "switched-back"
    _only(trial, before.release)
    assert (crowd.failed(), crowd.wrong()) == ([], [])


def test_an_accept_killed_as_it_has_accepted(
    trial: Trial, first: Record, images: Images, crowd: Users
) -> None:
    """Killed with the verdict given and the old slot still full: the next release is as clean as any."""
    pending = _pending(trial, images, "killed-settling")
    with crowd:
        _kill_when(trial.start("accept"), lambda: _state(trial, pending.release) == "stable")
        code, output = _next(trial, "deploy", "--image", images.honest("after-settling"))
        assert code == 0, output
        code, output = trial.run("accept")
    assert code == 0, output
    _only(trial, trial.last().release)
    assert [r.release for r in trial.target.records.all() if r.state == "stable"] == [trial.last().release]
    assert (crowd.failed(), crowd.wrong()) == ([], [])


def test_an_accept_killed_while_it_switches_back(trial: Trial, first: Record, images: Images) -> None:
    """Killed as users are sent back: a rollback removes what turned wrong."""
    before = trial.stable()
    code, output = trial.run("deploy", "--image", images.turning_wrong(trial.target.environment.host))
    assert code == 0, output
    bad = trial.last()

    def sent_back() -> bool:
        live = trial.target.slots.live()
        return live is not None and live.release == before.release

    _kill_when(trial.start("accept"), sent_back)
    code, output = _next(trial, "rollback")
    assert code == 0, output
    assert _state(trial, bad.release) == "switched-back"
    _only(trial, before.release)


def test_a_rollback_killed_half_way(trial: Trial, first: Record, images: Images, crowd: Users) -> None:
    """Killed while an older release returns: the next command leaves stable what was, nobody notices."""
    code, output = trial.release(images.honest("rolled-back-half-way"))
    assert code == 0, output
    stable = trial.stable()
    with crowd:
        _kill_when(trial.start("rollback"), lambda: _state(trial, stable.previous) == "returning")
        code, output = _next(trial, "rollback")
    assert code == 0, output
    _only(trial, stable.release)
    assert (crowd.failed(), crowd.wrong()) == ([], [])
