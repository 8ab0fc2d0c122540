"""prune on a real registry."""

from __future__ import annotations

from seatrial.image.registry import Repository
from seatrial.retention.references import References, judge
from seatrial.retention.registry_images import remove, stored
from small_image import put_image


def _labels(state: str, model: str = "sha256:other") -> dict[str, str]:
    return {"io.seatrial.working-state": state, "io.seatrial.lock": "lock", "io.seatrial.model.digest": model}


def test_referenced_and_newest_images_stay(target: Repository) -> None:
    """Images of releases, the newest with the locked model and the newest of all stay; others are deleted."""
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
    named = References(
        digests={digests["released"]: "staging-1"},
        states={("of-a-state", "lock"): "staging-2"},
        model="sha256:locked",
    )
    rows = judge("registry", stored(target, named), 1, named, lambda image: remove(target, image))
    assert sorted(row.name.split()[0].rpartition(":")[2] for row in rows if row.removed) == [
        "locked-before",
        "middle",
    ]
    for name, digest in digests.items():
        deleted = name in ("middle", "locked-before")
        assert (target.client.manifest(target.repository, digest) is None) == deleted
        assert (target.client.manifest(target.repository, name) is None) == deleted


def test_tags_of_one_image_are_one_entry(target: Repository) -> None:
    """An image with two tags is listed once, with both."""
    digest = put_image(target, "one", labels=_labels("one"), size=10)
    path = f"{target.repository}/manifests/"
    raw = target.client.call("GET", path + digest, headers={"Accept": "*/*"})
    kind = {"Content-Type": raw.headers["Content-Type"]}
    target.client.call("PUT", path + "two", data=raw.content, headers=kind)
    (found,) = stored(target, References())
    assert found.name.startswith(f"{target.repository}:one,two ")


def test_images_of_others_stay(target: Repository) -> None:
    """An image without the labels of build is never deleted."""
    put_image(target, "base", size=10)
    put_image(target, "ours", labels=_labels("ours"), size=10, day=9)
    rows = judge(
        "registry", stored(target, References()), 1, References(), lambda image: remove(target, image)
    )
    assert [row.removed for row in rows] == [False, False]


def test_all_pages_of_tags_are_read(target: Repository, monkeypatch: object) -> None:
    """A registry lists tags in pages; every page is read."""
    from seatrial.retention import registry_images as registry

    for number in range(5):
        put_image(target, f"tag-{number}", labels=_labels(str(number)), size=10, day=number + 1)
    monkeypatch.setattr(registry, "PAGE", 2)  # type: ignore[attr-defined]
    assert len(stored(target, References())) == 5


def test_a_missing_repository_is_empty(target: Repository) -> None:
    """Before the first push there is no image."""
    assert stored(target, References()) == []
