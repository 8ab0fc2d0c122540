"""Old images, removed from a real registry."""

from __future__ import annotations

from seatrial.image.registry_copy import Place
from seatrial.retention.references import References, judge
from seatrial.retention.registry_images import remove, stored
from small_image import put_image


def _labels(state: str, model: str = "sha256:other") -> dict[str, str]:
    return {"io.seatrial.working-state": state, "io.seatrial.lock": "lock", "io.seatrial.model.digest": model}


def test_what_a_release_names_stays_and_the_oldest_go(target: Place) -> None:
    """By digest and by working state, the locked model's newest and the newest of all; nothing else."""
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
        gone = name in ("middle", "locked-before")
        assert (target.client.manifest(target.repository, digest) is None) == gone
        assert (target.client.manifest(target.repository, name) is None) == gone


def test_all_tags_of_an_image_are_one(target: Place) -> None:
    """A release by one tag keeps the image under its other tag, too."""
    digest = put_image(target, "one", labels=_labels("one"), size=10)
    path = f"{target.repository}/manifests/"
    raw = target.client.call("GET", path + digest, headers={"Accept": "*/*"})
    kind = {"Content-Type": raw.headers["Content-Type"]}
    target.client.call("PUT", path + "two", data=raw.content, headers=kind)
    (found,) = stored(target, References())
    assert found.name.startswith(f"{target.repository}:one,two ")


def test_what_build_did_not_make_is_nobody_s_to_remove(target: Place) -> None:
    """An image without our labels stays, however old."""
    put_image(target, "base", size=10)
    put_image(target, "ours", labels=_labels("ours"), size=10, day=9)
    rows = judge(
        "registry", stored(target, References()), 1, References(), lambda image: remove(target, image)
    )
    assert [row.removed for row in rows] == [False, False]


def test_more_images_than_a_page_are_all_seen(target: Place, monkeypatch: object) -> None:
    """Registries list tags in pages; none is forgotten."""
    from seatrial.retention import registry_images as registry

    for number in range(5):
        put_image(target, f"tag-{number}", labels=_labels(str(number)), size=10, day=number + 1)
    monkeypatch.setattr(registry, "PAGE", 2)  # type: ignore[attr-defined]
    assert len(stored(target, References())) == 5


def test_a_repository_that_is_not_there_is_empty(target: Place) -> None:
    """Before the first push there is nothing to remove."""
    assert stored(target, References()) == []
