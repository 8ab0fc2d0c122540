"""prune on a real engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from seatrial.retention.local_images import built, remove
from seatrial.retention.references import References, judge
from tiny_image import import_image


@pytest.fixture
def engine() -> Iterator[Any]:
    """The Docker engine."""
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def repository(engine: Any) -> Iterator[str]:
    """A unique repository name; its images are removed afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    yield name
    for image in engine.images.list(f"seatrial/{name}"):
        engine.images.remove(image.id, force=True)


def _build(engine: Any, repository: str, state: str) -> str:
    """Create an image with the labels of `build` and return its image id."""
    labels = {"io.seatrial.working-state": state, "io.seatrial.lock": "lock"}
    base = import_image(engine)
    container = engine.containers.create(base, ["none"])
    changes = [f"LABEL {name}={value}" for name, value in labels.items()]
    made = container.commit(f"seatrial/{repository}", state, changes="\n".join(changes))
    container.remove()
    # By its tag: the image itself is removed with the one that was made from it.
    engine.images.remove(engine.images.get(base).tags[0])
    return str(made.id)


def test_unreferenced_images_are_removed_with_all_tags(engine: Any, repository: str) -> None:
    """The tag of a push is removed, too; an image of a release or of the last build stays."""
    images = {"old": _build(engine, repository, "old")}
    engine.images.get(images["old"]).tag(f"127.0.0.1:1/{repository}", "1")
    images |= {state: _build(engine, repository, state) for state in ("released", "last", "newest")}
    named = References(states={("released", "lock"): "staging-1"}, image=images["last"])
    rows = judge("engine", built(engine, repository, named), 1, named, lambda each: remove(engine, each))
    assert {row.name.rpartition(":")[2]: row.removed for row in rows} == {
        "newest": False,
        "last": False,
        "released": False,
        "old": True,
    }
    assert {image.id for image in engine.images.list(f"seatrial/{repository}")} == {
        images[state] for state in ("released", "last", "newest")
    }
    assert engine.images.list(f"127.0.0.1:1/{repository}") == []


def test_an_image_of_a_container_stays(engine: Any, repository: str) -> None:
    """An image is in use if a container runs it or may run it again."""
    used, _newest = (_build(engine, repository, state) for state in ("used", "newest"))
    container = engine.containers.create(used, ["none"])
    try:
        rows = judge("engine", built(engine, repository, References()), 1, References(), pytest.fail)
        assert [row.why for row in rows if row.name.endswith(":used")] == ["a container runs it"]
    finally:
        container.remove()


def test_images_of_other_repositories_are_ignored(engine: Any, repository: str) -> None:
    """Images of another app are not listed."""
    _build(engine, repository, "one")
    assert built(engine, f"{repository}-other", References()) == []
