"""Images are listed in and removed from a real registry."""

from __future__ import annotations

from checked_images import checked_image
from seatrial.image.registry import Repository
from seatrial.image.statement_tag import require_statement, statement_tag, write_statement
from seatrial.retention.decisions import Decision, decide
from seatrial.retention.references import References
from seatrial.retention.registry_images import RegistryImage, list_registry_images, remove_registry_image
from small_image import put_image


def _labels(state: str, model: str = "sha256:other") -> dict[str, str]:
    return {"io.seatrial.working-state": state, "io.seatrial.lock": "lock", "io.seatrial.model.digest": model}


def _prune(target: Repository, references: References) -> list[Decision[RegistryImage]]:
    """Remove the images beyond the newest one, and return the decisions."""
    decisions = decide(list_registry_images(target.client, target.repository, references), 1, references)
    for each in decisions:
        if each.remove:
            remove_registry_image(target.client, target.repository, each.item)
    return decisions


def test_unused_images_are_removed(target: Repository) -> None:
    """Kept are the newest, those of a record's digest or state, and the newest with the locked model."""
    digests = {
        name: put_image(target, name, labels=_labels(name, model), size=10, day=day)
        for name, model, day in (
            ("newest", "sha256:other", 20),
            ("middle", "sha256:other", 15),
            ("locked", "sha256:locked", 9),
            ("locked-before", "sha256:locked", 8),
            ("released", "sha256:other", 2),
            ("of-a-state", "sha256:other", 1),
        )
    }
    references = References(
        digests={digests["released"]: "staging-1"},
        states={("of-a-state", "lock"): "staging-2"},
        model="sha256:locked",
    )
    removed = [each.item.name for each in _prune(target, references) if each.remove]
    assert sorted(name.split()[0].rpartition(":")[2] for name in removed) == [
        "locked-before",
        "middle",
    ]
    for name, digest in digests.items():
        deleted = name in ("middle", "locked-before")
        assert (target.client.manifest(target.repository, digest) is None) == deleted
        assert (target.client.manifest(target.repository, name) is None) == deleted


def test_all_tags_of_an_image_are_one_item(target: Repository) -> None:
    """An image with two tags is listed once."""
    digest = put_image(target, "one", labels=_labels("one"), size=10)
    path = f"{target.repository}/manifests/"
    raw = target.client.call("GET", path + digest, headers={"Accept": "*/*"})
    kind = {"Content-Type": raw.headers["Content-Type"]}
    target.client.call("PUT", path + "two", data=raw.content, headers=kind)
    (found,) = list_registry_images(target.client, target.repository, References())
    assert found.name.startswith(f"{target.repository}:one,two ")


def test_a_statement_is_removed_with_its_image(target: Repository) -> None:
    """The statement about an image that is kept stays; it is not an image of its own."""
    images = {}
    for day, name in enumerate(("old", "new"), 1):
        found = target.client.manifest(
            target.repository, put_image(target, name, labels=_labels(name), size=10, day=day)
        )
        assert found
        images[name] = found
        write_statement(target, found, checked_image(found))
    assert [each.remove for each in _prune(target, References())] == [False, True]
    require_statement(target, images["new"])
    assert target.client.manifest(target.repository, statement_tag(images["old"].digest)) is None


def test_an_image_that_build_did_not_make_is_kept(target: Repository) -> None:
    """An image without the labels of build is kept whatever its age."""
    put_image(target, "base", size=10)
    put_image(target, "ours", labels=_labels("ours"), size=10, day=9)
    assert [each.remove for each in _prune(target, References())] == [False, False]


def test_all_pages_of_tags_are_read(target: Repository) -> None:
    """A registry lists tags in pages."""
    for number in range(5):
        put_image(target, f"tag-{number}", labels=_labels(str(number)), size=10, day=number + 1)
    assert len(list_registry_images(target.client, target.repository, References(), per_page=2)) == 5


def test_a_missing_repository_has_no_images(target: Repository) -> None:
    """Before the first push the registry responds 404."""
    assert list_registry_images(target.client, target.repository, References()) == []
