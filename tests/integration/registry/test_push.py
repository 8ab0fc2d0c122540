"""push against the real private registry: what arrived is what was checked, and nobody else gets in."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.credentials import Credentials
from seatrial.image.registry import RegistryClient
from seatrial.image.upload import upload
from seatrial.settings import Settings
from seatrial.stages.build import local_tag
from seatrial.stages.push import push
from seatrial.workspace import Workspace
from tiny_image import import_image, write_results


def elsewhere(settings: Settings, **changes: Any) -> Settings:
    """Return the settings with another registry."""
    return settings.model_copy(update={"registry": settings.registry.model_copy(update=changes)})


def test_what_arrived_is_what_was_checked(
    at_registry: Settings, workspace: Workspace, image: str, engine: Any
) -> None:
    """The reference is by digest, its config is the checked image, and its bytes were counted."""
    write_results(workspace, image, checked=image)
    done = push(at_registry, workspace)
    client = RegistryClient(at_registry.registry)
    repository = done.reference.repository
    found = client.manifest(repository, done.reference.digest)
    assert found
    assert image in (found.config, found.digest)
    assert done.bytes_pushed == sum(size for _, size in found.layers) > 0
    assert client.config(repository, found.config)["rootfs"]["type"] == "layers"


def test_pushed_again_sends_nothing(at_registry: Settings, workspace: Workspace, image: str) -> None:
    """The same image is there already: same reference, no byte."""
    write_results(workspace, image, checked=image)
    first = push(at_registry, workspace)
    again = push(at_registry, workspace)
    assert (again.reference, again.bytes_pushed) == (first.reference, 0)


def test_engine_keeps_no_name_of_the_registry(
    at_registry: Settings, workspace: Workspace, image: str, engine: Any
) -> None:
    """After the push the engine holds the image under its local name only."""
    write_results(workspace, image, checked=image)
    push(at_registry, workspace)
    assert not [tag for tag in engine.images.get(image).tags if tag.startswith(at_registry.registry.address)]


def test_tag_taken_by_another_image_is_refused(
    at_registry: Settings, workspace: Workspace, image: str, engine: Any
) -> None:
    """Somebody else's image under our tag is not released as ours."""
    write_results(workspace, image, checked=image)
    name = f"{at_registry.registry.address}/{at_registry.registry.repository}"
    tag = local_tag(image, workspace.working_state)
    engine.images.get(import_image(engine)).tag(name, tag)
    login = RegistryClient(at_registry.registry).credentials.auth_config
    assert "error" not in engine.images.push(name, tag=tag, auth_config=login)
    with pytest.raises(RefusedError, match="was checked"):
        push(at_registry, workspace)


def test_unchecked_image_stays_here(
    at_registry: Settings, workspace: Workspace, image: str, engine: Any
) -> None:
    """Built again after the check: it does not leave the machine."""
    write_results(workspace, import_image(engine), checked=image)
    with pytest.raises(RefusedError, match="not the one that was checked"):
        push(at_registry, workspace)


def test_image_that_the_engine_lost(at_registry: Settings, workspace: Workspace) -> None:
    """An image that is gone is to be built again."""
    gone = f"sha256:{'3' * 64}"
    write_results(workspace, gone, checked=gone)
    with pytest.raises(UsageError, match="has no image"):
        push(at_registry, workspace)


@pytest.mark.parametrize("login", [None, "seatrial:not-the-password"])
def test_nobody_pushes_without_the_right_credentials(
    at_registry: Settings, workspace: Workspace, image: str, tmp_path: Path, login: str | None
) -> None:
    """Anonymous and wrong credentials are refused in one line that shows none of them."""
    address = at_registry.registry.address
    entry = {"auth": base64.b64encode(login.encode()).decode()} if login else {}
    (tmp_path / "config.json").write_text(json.dumps({"auths": {address: entry} if login else {}}))
    write_results(workspace, image, checked=image)
    with pytest.raises(OutsideError, match="refuses these credentials") as told:
        push(elsewhere(at_registry, config_dir=str(tmp_path)), workspace)
    assert "docker login" in told.value.hint
    assert "not-the-password" not in f"{told.value.message}{told.value.hint}{told.value.log}"


def test_engine_is_refused_as_we_are(at_registry: Settings, image: str, engine: Any) -> None:
    """The engine's own refusal, told in its stream only, becomes the same error."""
    client = RegistryClient(at_registry.registry, Credentials("seatrial", "not-the-password"))
    name = f"{at_registry.registry.address}/{at_registry.registry.repository}"
    engine.images.get(image).tag(name, "refused")
    with pytest.raises(OutsideError, match="refuses these credentials"):
        upload(engine, name, "refused", client)


def test_unreachable_registry(at_registry: Settings, workspace: Workspace, image: str) -> None:
    """Where nobody listens: one line within seconds."""
    write_results(workspace, image, checked=image)
    with pytest.raises(OutsideError, match="does not answer"):
        push(elsewhere(at_registry, address="127.0.0.1:9"), workspace)
