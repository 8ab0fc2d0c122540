"""Release to one environment what another has accepted: the same digest, checked again there."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from seatrial import console
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image_reference import ImageReference
from seatrial.kube.nodes import require_compatible_nodes
from seatrial.kube.render import Candidate
from seatrial.release.accepted import accepted_release, require_not_taken_back
from seatrial.release.approval import NOBODY, Approval, approval
from seatrial.release.committed import require_committed
from seatrial.release.origin import Origin
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.release.target import Target, open_target
from seatrial.results import PromoteResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stages.accept import accept
from seatrial.stages.deploy import deploy
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def promote(
    settings: Settings,
    workspace: Workspace,
    env: str,
    source: str,
    image: str = "",
    approved_by: Approval = NOBODY,
    services: Services = SERVICES,
) -> PromoteResult:
    """Release the accepted release of `source` to `env`, up to its acceptance there.

    The image is copied by digest if `env` has a registry of its own. `image` is the expected image (a
    reference or a digest), if there is one; `approved_by` who approved the promotion. If `env` has accepted
    and runs the image already, nothing changes. Raises RefusedError if `source` has not accepted it or does
    not run it, an approval or the statement of `check` is missing, or a node of `env` cannot run it; else
    as `deploy` and `accept`.
    """
    stage = StageRun(services.runtime)
    if source == env:
        raise UsageError(
            f"{env} cannot be promoted to itself",
            "--from and --env (FROM= and ENV= with make) name two environments",
        )
    origin = open_target(settings, workspace, source, services)
    target = open_target(settings, workspace, env, services)
    approved = approval(env, target.environment, approved_by)
    accepted = accepted_release(origin, image)
    present = _already_released(target, accepted)
    sent, serving = (0, present) if present else _release(target, origin, accepted, approved)
    return PromoteResult(
        **stage.fields(workspace),
        environment=env,
        release=serving.release,
        reference=serving.reference,
        source=source,
        source_release=accepted.release,
        approved_by=serving.approved_by,
        changed=present is None,
        bytes_copied=sent,
        url=target.shown(target.url()),
        verdicts=serving.verdicts,
    )


def _already_released(target: Target, accepted: Record) -> Record | None:
    stable = target.records.stable()
    same = stable is not None and stable.reference.digest == accepted.reference.digest
    if not same or target.records.unfinished():
        return None
    with suppress(RefusedError):
        return accepted_release(target)
    return None


def _release(target: Target, origin: Target, accepted: Record, approved: Approval) -> tuple[int, Record]:
    settings, workspace, services = target.settings, target.workspace, target.services
    # Before the copy: the registry of the target gets no image that it does not release.
    require_committed(target, accepted)
    sent, reference = _copy(target, origin, accepted)
    registry = settings.registry_of(target.name)
    facts = services.images.inspect(registry, reference)
    _require_nodes(target, reference)
    # The source may roll it back meanwhile.
    confirm = partial(require_not_taken_back, origin, accepted.release)
    promoted = Origin(approved, accepted.release, facts, confirm, accepted.unchecked)
    deploy(settings, workspace, target.name, None, promoted, services)
    result = accept(settings, workspace, target.name, services)
    stable = target.records.find(result.release)
    if not stable:
        raise OutsideError(f"{result.release} is accepted, but its record no longer exists", "make history")
    return sent, stable


def _copy(target: Target, origin: Target, accepted: Record) -> tuple[int, ImageReference]:
    """Copy the image to the target's repository if it is not the same; return bytes sent and reference."""
    source, destination = origin.settings.registry_of(origin.name), target.settings.registry_of(target.name)
    if accepted.reference.registry != source.address:
        known = source.address or "not set"
        what = f"{origin.name} runs {accepted.reference}, but its configured registry is {known}"
        raise UsageError(
            what, "set registry.address (REGISTRY= with make) to the registry of the running image"
        )
    reference = accepted.reference.at(destination.address, destination.repository)
    if reference == accepted.reference:
        return 0, reference
    with console.step(f"copy {reference.digest[:19]}… to {reference.name}", target.services.runtime):
        return target.services.images.copy(source, accepted.reference, destination), reference


def _require_nodes(target: Target, reference: ImageReference) -> None:
    platform = target.services.images.platform(target.settings.registry_of(target.name), reference)
    candidate = Candidate(f"{target.name}-0", target.name, "blue", reference, 1)
    require_compatible_nodes(target.cluster, target.renderer.slot(candidate), platform)
