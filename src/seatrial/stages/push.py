"""push: push the checked image to the registry and verify that the registry has the same image."""

from __future__ import annotations

from typing import Any

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.image.docker_client import connect, engine_errors, find_image
from seatrial.image.engine_push import push_image
from seatrial.image.registry import Manifest, RegistryClient, Repository
from seatrial.image.required_checks import missing_checks
from seatrial.image.statement import CheckedImage
from seatrial.image.statement_tag import write_statement
from seatrial.image_reference import ImageReference
from seatrial.results import BuildResult, CheckResult, PushResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stages.build import local_tag
from seatrial.workspace import Workspace


def push(settings: Settings, workspace: Workspace) -> PushResult:
    """Push the checked image under a tag that is never reused and return its reference by digest.

    An image that the registry has is not sent again. The statement that it passed `check` is written beside
    it. Raises RefusedError if the image was not checked, or the registry has another image; OutsideError if
    the registry does not answer, refuses the credentials or the push, or the engine fails.
    """
    stage_run = StageRun()
    built, tests = _checked(workspace)
    registry = RegistryClient(settings.registry)
    tag = local_tag(built.image_id, workspace.working_state)
    target = ImageReference(settings.registry.address, settings.registry.repository, tag=tag)
    found, sent = registry.manifest(target.repository, tag), 0
    if found is None:
        with console.step(f"pushing to {target.registry}"):
            found, sent = _send(registry, built.image_id, target)
    require_same_image(found, built.image_id)
    checked = CheckedImage(built.image_id, built.model, built.golden, tests)
    write_statement(Repository(registry, target.repository), found, checked)
    return PushResult(
        **stage_run.fields(workspace),
        image_id=built.image_id,
        reference=ImageReference(target.registry, target.repository, found.digest),
        model=built.model,
        golden=built.golden,
        bytes_pushed=sent,
    )


def require_same_image(found: Manifest, image_id: str) -> None:
    """Raise RefusedError unless `found` is the image with this image id.

    The image id is the digest of the config or, with the containerd image store, the image digest. Either
    identifies every byte.
    """
    if image_id not in (found.config, found.digest):
        raise RefusedError(
            f"the registry has image id {found.config}, but {image_id} was checked",
            "push again, and find out who else pushes there",
        )


def _checked(workspace: Workspace) -> tuple[BuildResult, tuple[str, ...]]:
    built = workspace.read_result(BuildResult)
    checked = workspace.read_result(CheckResult)
    if checked.image_id != built.image_id:
        raise RefusedError("the image that was built is not the one that was checked", "make check")
    if missing := missing_checks(checked.tests):
        # An older version of `check` recorded only the number of tests.
        raise RefusedError(f"the result of check has no test {missing[0]}", "make check, then push again")
    return built, checked.tests


def _send(registry: RegistryClient, image_id: str, target: ImageReference) -> tuple[Manifest, int]:
    client = connect()
    image = find_image(client, image_id)
    with engine_errors("tagging the image"):
        image.tag(target.name, target.tag)
    try:
        pushed = push_image(client, target, registry)
    finally:
        _untag(client, target)
    manifest = registry.manifest(target.repository, target.tag)
    if manifest is None:
        raise RefusedError(f"the registry has no {target} after the push", "push again")
    diff_ids = [str(layer) for layer in image.attrs["RootFS"]["Layers"]]
    return manifest, _bytes(manifest, diff_ids, pushed)


def _untag(client: Any, target: ImageReference) -> None:
    # The image keeps its local tag; that of the registry was needed for the push only.
    with engine_errors("removing the tag of the push"):
        client.images.remove(str(target), noprune=True)


def _bytes(manifest: Manifest, diff_ids: list[str], pushed: frozenset[str]) -> int:
    # Engines report a layer by the short form of its diff id or of its digest.
    pairs = zip(diff_ids, manifest.layers, strict=False)
    return sum(size for diff_id, (digest, size) in pairs if {short(diff_id), short(digest)} & pushed)


def short(digest: str) -> str:
    """Return the first twelve hex digits of a digest, the short form of the engine."""
    return digest.removeprefix("sha256:")[:12]
