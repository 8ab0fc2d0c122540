"""push to the real private registry: the checked image arrives, and credentials are required."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.credentials import Credentials
from seatrial.image.engine_push import push_image
from seatrial.image.registry import RegistryClient, Repository
from seatrial.image.statement_tag import require_statement
from seatrial.image_reference import ImageReference
from seatrial.settings import Settings
from seatrial.stages.build import local_tag
from seatrial.stages.push import push
from seatrial.workspace import Workspace
from tiny_image import import_image, write_results


def with_registry(settings: Settings, **changes: Any) -> Settings:
    """Return the settings with changes to the registry."""
    return settings.model_copy(update={"registry": settings.registry.model_copy(update=changes)})


def test_the_registry_has_the_checked_image(
    at_registry: Settings, workspace: Workspace, image_id: str, engine: Any
) -> None:
    """The image at the reference is the checked one, with its statement, and the bytes are counted."""
    write_results(workspace, image_id, checked=image_id)
    done = push(at_registry, workspace)
    client = RegistryClient(at_registry.registry)
    assert done.reference.registry == at_registry.registry.address
    found = client.manifest(done.reference.repository, done.reference.digest)
    assert found
    assert image_id in (found.config, found.digest)
    require_statement(Repository(client, done.reference.repository), found)
    assert done.bytes_pushed == sum(size for _, size in found.layers) > 0
    assert client.config(done.reference.repository, found.config)["rootfs"]["type"] == "layers"


def test_a_second_push_sends_nothing(at_registry: Settings, workspace: Workspace, image_id: str) -> None:
    """An image that the registry has gives the same reference and sends no byte."""
    write_results(workspace, image_id, checked=image_id)
    first = push(at_registry, workspace)
    again = push(at_registry, workspace)
    assert (again.reference, again.bytes_pushed) == (first.reference, 0)


def test_the_tag_of_the_push_is_removed(
    at_registry: Settings, workspace: Workspace, image_id: str, engine: Any
) -> None:
    """After the push the engine has only the local tag of the image."""
    write_results(workspace, image_id, checked=image_id)
    push(at_registry, workspace)
    assert not [
        tag for tag in engine.images.get(image_id).tags if tag.startswith(at_registry.registry.address)
    ]


def test_another_image_under_the_tag_is_refused(
    at_registry: Settings, workspace: Workspace, image_id: str, engine: Any
) -> None:
    """If the tag in the registry names another image, the push is refused."""
    write_results(workspace, image_id, checked=image_id)
    name = f"{at_registry.registry.address}/{at_registry.registry.repository}"
    tag = local_tag(image_id, workspace.working_state)
    engine.images.get(import_image(engine)).tag(name, tag)
    login = RegistryClient(at_registry.registry).credentials.auth_config
    assert "error" not in engine.images.push(name, tag=tag, auth_config=login)
    with pytest.raises(RefusedError, match="was checked"):
        push(at_registry, workspace)


def test_an_unchecked_image_is_not_pushed(
    at_registry: Settings, workspace: Workspace, image_id: str, engine: Any
) -> None:
    """An image that was built after the check is refused."""
    write_results(workspace, import_image(engine), checked=image_id)
    with pytest.raises(RefusedError, match="not the one that was checked"):
        push(at_registry, workspace)


def test_a_deleted_image_is_wrong_usage(at_registry: Settings, workspace: Workspace) -> None:
    """If the engine no longer has the image, it must be built again."""
    gone = f"sha256:{'3' * 64}"
    write_results(workspace, gone, checked=gone)
    with pytest.raises(UsageError, match="has no image"):
        push(at_registry, workspace)


@pytest.mark.parametrize("login", [None, "seatrial:not-the-password"])
def test_a_push_needs_valid_credentials(
    at_registry: Settings, workspace: Workspace, image_id: str, tmp_path: Path, login: str | None
) -> None:
    """Missing and wrong credentials are refused; the error does not show the password."""
    address = at_registry.registry.address
    entry = {"auth": base64.b64encode(login.encode()).decode()} if login else {}
    (tmp_path / "config.json").write_text(json.dumps({"auths": {address: entry} if login else {}}))
    write_results(workspace, image_id, checked=image_id)
    with pytest.raises(OutsideError, match="refuses these credentials") as raised:
        push(with_registry(at_registry, config_dir=str(tmp_path)), workspace)
    assert "docker login" in raised.value.hint
    assert "not-the-password" not in f"{raised.value.message}{raised.value.hint}{raised.value.log}"


def test_a_refusal_in_the_push_stream_is_raised(at_registry: Settings, image_id: str, engine: Any) -> None:
    """A refusal that the engine reports only in its stream becomes the same error."""
    client = RegistryClient(at_registry.registry, Credentials("seatrial", "not-the-password"))
    target = ImageReference(at_registry.registry.address, at_registry.registry.repository, tag="refused")
    engine.images.get(image_id).tag(target.name, target.tag)
    with pytest.raises(OutsideError, match="refuses these credentials"):
        push_image(engine, target, client)


def test_an_unreachable_registry_is_an_error(
    at_registry: Settings, workspace: Workspace, image_id: str
) -> None:
    """A refused connection is an error within seconds."""
    write_results(workspace, image_id, checked=image_id)
    with pytest.raises(OutsideError, match="does not answer"):
        push(with_registry(at_registry, address="127.0.0.1:9"), workspace)
