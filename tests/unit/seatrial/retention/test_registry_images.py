"""The images of a registry's repository."""

from __future__ import annotations

import pytest

from memory_environments import digest
from memory_registry import MemoryRegistry
from seatrial.image.statement_tag import statement_tag
from seatrial.retention.references import References
from seatrial.retention.registry_images import list_registry_images, remove_registry_image


@pytest.fixture
def registry() -> MemoryRegistry:
    """A repository with two images of `build` and one of another origin."""
    found = MemoryRegistry()
    found.add(digest("a"), "one", "also-one", day=2, state="tree-a", model=digest("d"))
    found.add(digest("b"), "two", day=1, state="tree-b")
    found.add(digest("c"), "base")
    return found


def test_all_tags_of_an_image_are_one_item(registry: MemoryRegistry) -> None:
    """The name has every tag, and removing the image removes them all."""
    image = next(
        each
        for each in list_registry_images(registry, "classifier", References())
        if each.digest == digest("a")
    )
    assert image.name == f"classifier:also-one,one {digest('a')[:19]}…"
    assert image.model == digest("d")
    remove_registry_image(registry, "classifier", image)
    assert sorted(registry.tags) == ["base", "two"]


def test_an_image_is_used_by_digest_or_working_state(registry: MemoryRegistry) -> None:
    """An image that `build` did not make is never unused."""
    references = References(
        digests={digest("a"): "staging-1"}, states={("tree-b", "lock"): "this working state"}
    )
    found = {each.digest: each.used_by for each in list_registry_images(registry, "classifier", references)}
    assert found == {
        digest("a"): "staging-1",
        digest("b"): "this working state",
        digest("c"): "build did not make it",
    }


@pytest.mark.parametrize("per_page", [1, 2, 3, 100])
def test_all_pages_of_tags_are_read(registry: MemoryRegistry, per_page: int) -> None:
    """The size of a page does not change the result."""
    found = list_registry_images(registry, "classifier", References(), per_page)
    assert len(found) == 3


def test_a_missing_repository_has_no_images(registry: MemoryRegistry) -> None:
    """Before the first push the registry responds 404."""
    assert list_registry_images(registry, "another", References()) == []


def test_a_statement_is_no_image(registry: MemoryRegistry) -> None:
    """The statement about an image is not listed, so that it neither counts nor is removed by itself."""
    registry.add(digest("e"), statement_tag(digest("b")))
    found = list_registry_images(registry, "classifier", References())
    assert {each.digest for each in found} == {digest("a"), digest("b"), digest("c")}


def test_a_statement_is_removed_with_its_image(registry: MemoryRegistry) -> None:
    """No statement is left without its image, and those about other images stay."""
    registry.add(digest("e"), statement_tag(digest("b")))
    registry.add(digest("f"), statement_tag(digest("a")))
    images = {each.digest: each for each in list_registry_images(registry, "classifier", References())}
    remove_registry_image(registry, "classifier", images[digest("b")])
    assert sorted(registry.configs) == [digest("a"), digest("c"), digest("f")]
    assert statement_tag(digest("a")) in registry.tags
