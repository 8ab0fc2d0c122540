"""Try a candidate in the empty slot, preview it, switch to it: a pending release."""

from __future__ import annotations

from dataclasses import replace

from seatrial import console
from seatrial.errors import OutsideError, RefusedError, RolledBackError, SeatrialError
from seatrial.image.inspection import ImageFacts, inspect
from seatrial.release.approval import approval
from seatrial.release.attempt import Attempt, begin
from seatrial.release.live_probe import LiveProbe, live_probe
from seatrial.release.origin import BUILT_HERE, Origin
from seatrial.release.target import Target, open_target
from seatrial.release.undo import undo, undo_abandoned_releases
from seatrial.report.writer import Reporting
from seatrial.results import DeployResult, PushResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def deploy(
    settings: Settings, workspace: Workspace, env: str, image: str | None, origin: Origin = BUILT_HERE
) -> DeployResult:
    """Release an image (`address/repository@sha256:…`; None: what push gave) as far as pending.

    `origin` says who approved it, and of a promoted image what it was elsewhere. Raises RefusedError
    when an approval is missing, the image is not of this working state and lock (a promoted one need
    not be), or its rollout or preview failed: it is removed, users saw nothing. RolledBackError when
    the live address did not follow the switch, HeldError when somebody else holds the environment,
    RollbackFailedError when undoing fails, UsageError and OutsideError as every stage.
    """
    stamp, target = StageRun(), open_target(settings, workspace, env)
    origin = replace(origin, approved_by=approval(env, target.environment, origin.approved_by))
    facts = origin.facts or _image(target, image)
    target.golden(facts.golden_digest)
    with Reporting(target) as report, target.lease.hold():
        undo_abandoned_releases(target)
        attempt = begin(target, facts, origin)
        report.of(attempt.record)
        with live_probe(target, attempt.record) as seen:
            _preview(attempt, seen)
            url = _switch(attempt)
        target.lease.hand_over(attempt.record.release)
    record = attempt.record
    return DeployResult(
        environment=env,
        release=record.release,
        reference=record.reference,
        slot=record.slot,
        url=url,
        **stamp.fields(workspace),
    )


def _image(target: Target, image: str | None) -> ImageFacts:
    workspace = target.workspace
    reference = image or str(workspace.read_result(PushResult).reference)
    facts = inspect(target.settings.registry_of(target.name), reference)
    if (facts.working_state, facts.lock_digest) != (workspace.working_state, workspace.lock_digest):
        raise RefusedError(
            f"{reference} was built from another working state or lock ({facts.revision})",
            "make build check push, or check out the commit it was built from",
        )
    return facts


def _preview(attempt: Attempt, seen: LiveProbe) -> None:
    try:
        attempt.start()
        attempt.preview(seen)
    except (RefusedError, OutsideError) as error:
        with console.step(f"remove {attempt.record.release}"):
            undo(attempt.target, attempt.record, error.message, attempt.verdicts)
        what = f"preview of {attempt.record.release} failed, it is removed: {error.message}"
        raise RefusedError(what, error.hint or "users saw nothing of it", error.log) from error
    except BaseException as error:
        undo(attempt.target, attempt.record, f"interrupted: {type(error).__name__}")
        raise


def _switch(attempt: Attempt) -> str:
    try:
        return attempt.switch()
    except SeatrialError as error:
        undo(attempt.target, attempt.record, error.message)
        what = f"the live address did not follow the switch to {attempt.record.release}: {error.message}"
        raise RolledBackError(what, error.hint, error.log) from error
    except BaseException as error:
        undo(attempt.target, attempt.record, f"interrupted: {type(error).__name__}")
        raise
