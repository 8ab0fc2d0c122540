"""Start a candidate in the empty slot, preview it and switch users to it: a pending release."""

from __future__ import annotations

from dataclasses import replace

from seatrial import console
from seatrial.errors import OutsideError, RefusedError, RolledBackError, SeatrialError
from seatrial.image.inspection import ImageFacts
from seatrial.image_reference import ImageReference
from seatrial.release.approval import approval
from seatrial.release.attempt import Attempt, begin
from seatrial.release.certificate import require_valid_certificate
from seatrial.release.checked import require_checked
from seatrial.release.committed import require_committed, warn_of_uncommitted
from seatrial.release.holds import require_no_hold
from seatrial.release.live_probe import LiveProbe, live_probe
from seatrial.release.lock_out import finish_or_keep
from seatrial.release.origin import BUILT_HERE, Origin
from seatrial.release.preview_path import PreviewPathError
from seatrial.release.reporting import Reporting
from seatrial.release.services import Services
from seatrial.release.target import Target, open_target
from seatrial.release.undo import undo
from seatrial.results import DeployResult, PushResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def deploy(
    settings: Settings,
    workspace: Workspace,
    env: str,
    image: ImageReference | None,
    origin: Origin = BUILT_HERE,
    services: Services = SERVICES,
) -> DeployResult:
    """Release an image (None: the pushed one) as far as pending.

    If users are on a pending release because the stable one cannot be started, the candidate takes the slot
    of the stable one, and the pending one is its fallback.

    `origin` has the approval, the source release of a promoted image, and why the image is released
    unchecked. Raises RefusedError if an approval is missing, the image is not of this working state and
    lock (a promoted one need not be), it is of uncommitted changes, it has no statement that it passed
    `check`, the certificate of the live address is not valid, a hold of `rollback` is on it, its rollout or
    preview failed, or a rollback asked this deployer to stop before the switch: it is removed, no user was
    affected. OutsideError if only the path to the preview failed, with the same effect. RolledBackError if
    the live address did not follow the switch, HeldError if another deployer holds the environment,
    RollbackFailedError if undoing fails, UsageError and OutsideError as every stage.
    """
    stage, target = StageRun(services.runtime), open_target(settings, workspace, env, services)
    origin = replace(origin, approved_by=approval(env, target.environment, origin.approved_by))
    facts = origin.facts or _image_facts(target, image)
    require_committed(target, facts)
    warn_of_uncommitted(facts)
    origin = replace(origin, unchecked=require_checked(target, facts.reference, origin.unchecked))
    # Loaded before anything is changed: without it the candidate could not be checked.
    target.golden(facts.golden, facts.revision)
    require_valid_certificate(target)
    with Reporting(target) as report, target.hold():
        fallback = finish_or_keep(target)
        require_no_hold(target, facts)
        attempt = begin(target, facts, origin, fallback)
        report.of(attempt.record)
        with live_probe(target, attempt.record) as probe:
            _preview(attempt, probe, origin)
            url = target.shown(_switch(attempt))
    record = attempt.record
    return DeployResult(
        environment=env,
        release=record.release,
        reference=record.reference,
        slot=record.slot,
        url=url,
        **stage.fields(workspace),
    )


def _image_facts(target: Target, image: ImageReference | None) -> ImageFacts:
    workspace = target.workspace
    reference = image or workspace.read_result(PushResult).reference
    facts = target.services.images.inspect(target.settings.registry_of(target.name), reference)
    if (facts.working_state, facts.lock_digest) != (workspace.working_state, workspace.lock_digest):
        raise RefusedError(
            f"{reference} was built from another working state or lock ({facts.revision})",
            "make build check push, or check out the commit it was built from",
        )
    return facts


def _preview(attempt: Attempt, probe: LiveProbe, origin: Origin) -> None:
    try:
        attempt.start()
        attempt.preview(probe)
        origin.confirm()
        if attempt.grow():
            origin.confirm()
    except (RefusedError, OutsideError) as error:
        with console.step(f"remove {attempt.record.release}", attempt.target.services.runtime):
            undo(attempt.target, attempt.record, error.message, attempt.checks)
        what = f"preview of {attempt.record.release} failed, it is removed: {error.message}"
        kind = OutsideError if isinstance(error, PreviewPathError) else RefusedError
        raise kind(what, error.hint or "no user was affected", error.log) from error
    except BaseException as error:
        undo(attempt.target, attempt.record, f"interrupted: {type(error).__name__}")
        raise


def _switch(attempt: Attempt) -> str:
    try:
        url = attempt.switch()
        attempt.target.lease.hand_over(attempt.record.release)
        return url
    except SeatrialError as error:
        if undo(attempt.target, attempt.record, error.message).state == "refused":
            what = f"{attempt.record.release} is removed before the switch: {error.message}"
            raise RefusedError(what, error.hint or "no user was affected", error.log) from error
        what = f"the live address did not follow the switch to {attempt.record.release}: {error.message}"
        raise RolledBackError(what, error.hint, error.log) from error
    except BaseException as error:
        undo(attempt.target, attempt.record, f"interrupted: {type(error).__name__}")
        raise
