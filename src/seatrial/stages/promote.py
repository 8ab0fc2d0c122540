"""Release to one environment what another has accepted: the same digest, tested anew where it goes."""

from __future__ import annotations

from contextlib import suppress

from seatrial import console
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.inspection import ImageFacts, inspect
from seatrial.image.registry import RegistryClient, Repository
from seatrial.image.registry_copy import copy_image
from seatrial.image_reference import ImageReference
from seatrial.kube.nodes import require_compatible_nodes
from seatrial.kube.render import Candidate
from seatrial.model.golden_sets import golden_set_directory
from seatrial.release.accepted import accepted_release, digest_in
from seatrial.release.approval import NOBODY, Approval, approval
from seatrial.release.origin import Origin
from seatrial.release.record import Record
from seatrial.release.target import Target, open_target
from seatrial.results import PromoteResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stages.accept import accept
from seatrial.stages.deploy import deploy
from seatrial.workspace import Workspace


def promote(
    settings: Settings,
    workspace: Workspace,
    env: str,
    source: str,
    image: str = "",
    approved_by: Approval = NOBODY,
) -> PromoteResult:
    """Release what `source` has accepted and runs to `env`, up to the verdict on its live address.

    The image is copied, by digest, where `env` has a registry of its own. `image` is the one that is
    meant, if one is; `approved_by` who wants it there. What `env` has accepted and runs
    already is left as it is. Raises RefusedError when `source` has not accepted it or does not run it,
    an approval is missing or a node of `env` cannot run it; else as `deploy` and `accept`.
    """
    stamp = StageRun()
    if source == env:
        raise UsageError(f"{env} cannot be promoted to itself", "FROM=staging ENV=production")
    origin, target = open_target(settings, workspace, source), open_target(settings, workspace, env)
    who = approval(env, target.environment, approved_by)
    found = accepted_release(origin, image)
    already = _already(target, found)
    sent, serving = (0, already) if already else _release(target, origin, found, who)
    return PromoteResult(
        **stamp.fields(workspace),
        environment=env,
        release=serving.release,
        reference=serving.reference,
        source=source,
        source_release=found.release,
        approved_by=serving.approved_by,
        changed=already is None,
        bytes_copied=sent,
        url=target.url(),
        verdicts=serving.verdicts,
    )


def _already(target: Target, found: Record) -> Record | None:
    stable = target.records.stable()
    if not stable or digest_in(stable.reference) != digest_in(found.reference) or target.records.unfinished():
        return None
    with suppress(RefusedError):
        return accepted_release(target)
    return None


def _release(target: Target, origin: Target, found: Record, who: Approval) -> tuple[int, Record]:
    settings, workspace = target.settings, target.workspace
    digest, here, there = digest_in(found.reference), _whence(origin, found), _whither(target)
    sent = 0
    if here.reference(digest) != there.reference(digest):
        with console.step(f"copy {digest[:19]}… to {there.client.registry.address}/{there.repository}"):
            sent = copy_image(here, there, digest)
    facts = inspect(there.client.registry, there.reference(digest))
    _refuse_unless_it_runs_there(target, there, digest)
    _obtain_golden(target, facts)
    deploy(settings, workspace, target.name, None, Origin(who, found.release, facts))
    accepted = accept(settings, workspace, target.name)
    stable = target.records.find(accepted.release)
    if not stable:
        raise OutsideError(f"{accepted.release} is accepted, and its record gone", "make history")
    return sent, stable


def _whence(origin: Target, found: Record) -> Repository:
    registry = origin.settings.registry_of(origin.name)
    image = ImageReference.parse(found.reference)
    if image.registry != registry.address:
        what = f"{origin.name} runs {found.reference}, of another registry than {registry.address or 'none'}"
        raise UsageError(what, "REGISTRY=… names the one it is in")
    return Repository(RegistryClient(registry), image.repository)


def _whither(target: Target) -> Repository:
    registry = target.settings.registry_of(target.name)
    return Repository(RegistryClient(registry), registry.repository)


def _refuse_unless_it_runs_there(target: Target, place: Repository, digest: str) -> None:
    manifest = place.client.manifest(place.repository, digest)
    config = place.client.config(place.repository, manifest.config) if manifest else {}
    candidate = Candidate(f"{target.name}-0", target.name, "blue", place.reference(digest), 1)
    platform = str(config.get("os", "")), str(config.get("architecture", ""))
    require_compatible_nodes(target.cluster, target.renderer.slot(candidate), platform)


def _obtain_golden(target: Target, facts: ImageFacts) -> None:
    """Fetch the golden set of the image if it is not cached."""
    golden_set_directory(target.settings, target.workspace, facts.golden, facts.revision)
