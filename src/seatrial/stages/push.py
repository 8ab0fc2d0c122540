"""push: the checked image to the private registry, and proof that it is what arrived."""

from __future__ import annotations

from typing import Any

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.image.engine import connect, failures, find_image
from seatrial.image.registry import Manifest, RegistryClient
from seatrial.image.upload import upload
from seatrial.image_reference import ImageReference
from seatrial.results import BuildResult, CheckResult, PushResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stages.build import local_tag
from seatrial.workspace import Workspace


def push(settings: Settings, workspace: Workspace) -> PushResult:
    """Push the checked image under a tag that is never reused, and return its reference by digest.

    An image that is already there is not sent again. Raises RefusedError for an image that was not
    checked, and when the registry holds something else than it; OutsideError when the registry does not
    answer, refuses the credentials or the push, or the engine fails.
    """
    stamp = StageRun()
    built = _checked(workspace)
    registry = RegistryClient(settings.registry)
    repository = settings.registry.repository
    tag = local_tag(built.image_id, workspace.working_state)
    found, sent = registry.manifest(repository, tag), 0
    if found is None:
        with console.step(f"pushing to {settings.registry.address}"):
            found, sent = _send(registry, built.image_id, repository, tag)
    require_same_image(found, built.image_id)
    return PushResult(
        **stamp.fields(workspace),
        image_id=built.image_id,
        reference=ImageReference(settings.registry.address, repository, found.digest),
        model=built.model,
        golden=built.golden,
        bytes_pushed=sent,
    )


def require_same_image(found: Manifest, image: str) -> None:
    """Raise RefusedError unless `found` is the image with the id `image`.

    An engine's id is the digest of the config or, with the containerd store, that of the manifest: either
    names every byte.
    """
    if image not in (found.config, found.digest):
        raise RefusedError(
            f"the registry holds {found.config}, but {image} was checked",
            "push again; look into who pushes there",
        )


def _checked(workspace: Workspace) -> BuildResult:
    built = workspace.read_result(BuildResult)
    checked = workspace.read_result(CheckResult)
    if checked.image_id != built.image_id:
        raise RefusedError("the image that was built is not the one that was checked", "make check")
    return built


def _send(registry: RegistryClient, image: str, repository: str, tag: str) -> tuple[Manifest, int]:
    client = connect()
    name = f"{registry.registry.address}/{repository}"
    found = find_image(client, image)
    with failures("naming the image"):
        found.tag(name, tag)
    try:
        pushed = upload(client, name, tag, registry)
    finally:
        _forget(client, f"{name}:{tag}")
    manifest = registry.manifest(repository, tag)
    if manifest is None:
        raise RefusedError(f"the registry has no {repository}:{tag} after the push", "push again")
    diff_ids = [str(layer) for layer in found.attrs["RootFS"]["Layers"]]
    return manifest, _bytes(manifest, diff_ids, pushed)


def _forget(client: Any, name: str) -> None:
    # The image keeps its local name; this one was only the address on the parcel.
    with failures("removing the name it was pushed under"):
        client.images.remove(name, noprune=True)


def _bytes(manifest: Manifest, diff_ids: list[str], pushed: frozenset[str]) -> int:
    # Engines name a layer by its unpacked or by its packed digest, shortened.
    pairs = zip(diff_ids, manifest.layers, strict=False)
    return sum(size for diff_id, (digest, size) in pairs if {short(diff_id), short(digest)} & pushed)


def short(digest: str) -> str:
    """Return the first twelve hex digits of a digest, as engines print them."""
    return digest.removeprefix("sha256:")[:12]
