"""Images are listed in and removed from a real engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from seatrial.retention.decisions import decide
from seatrial.retention.engine_images import list_engine_images, remove_engine_image
from seatrial.retention.references import References
from tiny_image import import_image


@pytest.fixture
def engine() -> Iterator[Any]:
    """The Docker engine."""
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def repository(engine: Any) -> Iterator[str]:
    """A repository name that only this test's images have; they are removed afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    yield name
    for image in engine.images.list(f"seatrial/{name}"):
        engine.images.remove(image.id, force=True)


def _build(engine: Any, repository: str, state: str) -> str:
    """Make an image with the labels of `build`, and return its id."""
    labels = {"io.seatrial.working-state": state, "io.seatrial.lock": "lock"}
    base = import_image(engine)
    container = engine.containers.create(base, ["none"])
    changes = [f"LABEL {name}={value}" for name, value in labels.items()]
    made = container.commit(f"seatrial/{repository}", state, changes="\n".join(changes))
    container.remove()
    # By its name, because the new image depends on the base image.
    engine.images.remove(engine.images.get(base).tags[0])
    return str(made.id)


def test_unused_images_are_removed_with_all_their_names(engine: Any, repository: str) -> None:
    """The tags of push are removed too; an image of a record or of the last build is kept."""
    images = {"old": _build(engine, repository, "old")}
    engine.images.get(images["old"]).tag(f"127.0.0.1:1/{repository}", "1")
    images |= {state: _build(engine, repository, state) for state in ("released", "last", "newest")}
    references = References(states={("released", "lock"): "staging-1"}, image_id=images["last"])
    decisions = decide(list_engine_images(engine, repository, references), 1, references)
    assert {each.item.name.rpartition(":")[2]: each.remove for each in decisions} == {
        "newest": False,
        "last": False,
        "released": False,
        "old": True,
    }
    for each in decisions:
        if each.remove:
            remove_engine_image(engine, each.item)
    assert {image.id for image in engine.images.list(f"seatrial/{repository}")} == {
        images[state] for state in ("released", "last", "newest")
    }
    assert engine.images.list(f"127.0.0.1:1/{repository}") == []


def test_an_image_of_a_container_is_used(engine: Any, repository: str) -> None:
    """A running or stopped container uses its image."""
    used, _newest = (_build(engine, repository, state) for state in ("used", "newest"))
    container = engine.containers.create(used, ["none"])
    try:
        found = list_engine_images(engine, repository, References())
        assert [each.used_by for each in found if each.name.endswith(":used")] == ["a container uses it"]
    finally:
        container.remove()


def test_images_of_another_repository_are_not_listed(engine: Any, repository: str) -> None:
    """The images of another app are never removed."""
    _build(engine, repository, "one")
    assert list_engine_images(engine, f"{repository}-other", References()) == []
