"""The sets in a store: listed, opened by name and version, compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagemodel.card import FileEntry
from imagemodel.evaluation import EvaluationPhoto
from imagemodel.golden import Photo
from samples import write_golden
from seatrial.errors import RefusedError, UsageError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET
from seatrial.model.photo_sets.catalogue import published_sets
from seatrial.model.photo_sets.difference import differences
from seatrial.model.photo_sets.reference import OpenedSet, open_set
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stores.choose import open_store
from seatrial.workspace import Workspace


@pytest.fixture
def two_versions(settings: Settings, published: Workspace, evaluation: Path, tmp_path: Path) -> Workspace:
    """A store with two versions of a golden set and an evaluation set."""
    write_golden(tmp_path / "second", version="2.0.0", min_probability=0.8)
    publish(settings, published, golden=tmp_path / "second", evaluation=evaluation)
    return published


def listed(settings: Settings) -> list[tuple[str, str, str]]:
    """Return kind, name and version of each listed set."""
    found = published_sets(open_store(settings.store), 4)
    return [(each.kind, each.name, each.version) for each in found]


def test_empty_store_has_no_sets(settings: Settings, store: Path) -> None:
    """A store to which nothing was published is listed as empty."""
    assert listed(settings) == []
    assert not store.exists()


def test_every_set_is_listed_the_last_published_first(
    settings: Settings, two_versions: Workspace, store: Path
) -> None:
    """Golden sets, then evaluation sets, each with digest, publisher and time; models are not sets."""
    record = store / "golden/colour-photos/1.0.0/publication.json"
    record.write_text(
        json.dumps({**json.loads(record.read_text()), "published": "2020-01-01T00:00:00+00:00"})
    )
    assert listed(settings) == [
        ("golden set", "colour-photos", "2.0.0"),
        ("golden set", "colour-photos", "1.0.0"),
        ("evaluation set", "many-colours", "1.0.0"),
    ]
    first = published_sets(open_store(settings.store), 4)[0]
    assert first.digest.startswith("sha256:")
    assert first.publisher
    assert first.revision.startswith(two_versions.commit)


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"name": 1}', b'{"name": "x", "version": "y"}'])
def test_interrupted_publication_is_listed_without_a_record(
    settings: Settings, two_versions: Workspace, store: Path, content: bytes | None
) -> None:
    """A version whose record is missing or damaged keeps the name of its key."""
    record = store / "evaluation/many-colours/1.0.0/publication.json"
    record.unlink()
    if content is not None:
        record.write_bytes(content)
    found = published_sets(open_store(settings.store), 4)[-1]
    assert (found.kind, found.name, found.version) == ("evaluation set", "many-colours", "1.0.0")
    assert (found.published, found.digest) == ("", "")


def test_set_is_opened_by_directory_or_by_name(
    settings: Settings, two_versions: Workspace, golden: Path, evaluation: Path
) -> None:
    """Both forms give the same photos, whichever kind of set it is."""
    for folder, reference, kind in (
        (golden, "colour-photos/1.0.0", GOLDEN_SET),
        (evaluation, "many-colours/1.0.0", EVALUATION_SET),
    ):
        local, remote = open_set(settings.store, str(folder)), open_set(settings.store, reference)
        assert (local.kind, local.artefact) == (remote.kind, remote.artefact) == (kind, local.artefact)
        assert [photo.entry for photo in local.photos] == [photo.entry for photo in remote.photos]


@pytest.mark.parametrize(
    ("reference", "message", "hint"),
    [
        (
            "colour-photos/9",
            "has no golden or evaluation set colour-photos 9",
            "its versions are 1.0.0, 2.0.0",
        ),
        ("other/1", "has no golden or evaluation set other 1", "seatrial golden list"),
        ("nowhere", "nowhere is no golden or evaluation set", "give a directory"),
        ("Not/valid name", "not a valid name", ""),
    ],
)
def test_unknown_set_is_wrong_usage(
    settings: Settings, two_versions: Workspace, reference: str, message: str, hint: str
) -> None:
    """The error names the set, the hint the versions that there are or the form of a reference."""
    with pytest.raises(UsageError, match=message) as raised:
        open_set(settings.store, reference)
    assert hint in raised.value.hint


def test_changed_directory_is_refused(settings: Settings, golden: Path) -> None:
    """A photo that is not the listed one is not shown as if it were."""
    (golden / "red.png").write_bytes((golden / "blue.png").read_bytes())
    with pytest.raises(RefusedError, match=r"red\.png"):
        open_set(settings.store, str(golden))


def photo(name: str, raw: str = "", **changes: Any) -> Photo:
    """Return a golden photo whose sha256 is made of `raw`, by default of its name."""
    fields = {"label": "red", "index": 0, "min_probability": 0.5, "source": "s", "licence": "MIT"}
    entry = FileEntry((raw or name).ljust(64, "0"), 1)
    return Photo(path=Path(name), entry=entry, **{**fields, **changes})


def opened(*photos: Photo | EvaluationPhoto) -> OpenedSet:
    """Return a set of these photos."""
    return OpenedSet(GOLDEN_SET, Artefact(name="n", version="1", digest="d"), photos)


def changes(old: OpenedSet, new: OpenedSet) -> list[tuple[str, str, str]]:
    """Return the differences as tuples."""
    return [(each.change, each.file, each.detail) for each in differences(old, new)]


def test_every_kind_of_difference_is_found() -> None:
    """Added, removed, renamed and changed photos, in the order of their names."""
    old = opened(photo("a"), photo("b"), photo("c"), photo("d"), photo("e"))
    new = opened(
        photo("a"),
        photo("b", label="blue", index=2),
        photo("d", min_probability=0.45, licence="CC0-1.0"),
        photo("e", "other"),
        photo("f"),
        photo("g", "c", label="blue", index=2),
    )
    assert changes(old, new) == [
        ("changed", "b", "label red (0) -> blue (2)"),
        ("changed", "d", "licence MIT -> CC0-1.0; least 0.50 -> 0.45"),
        ("changed", "e", "other bytes"),
        ("added", "f", "red (0)"),
        ("renamed", "g", "was c; label red (0) -> blue (2)"),
    ]
    assert ("removed", "f", "red (0)") in changes(new, old)


def test_equal_sets_have_no_difference() -> None:
    """The order of the photos is no difference."""
    assert changes(opened(photo("a"), photo("b")), opened(photo("b"), photo("a"))) == []


def test_golden_and_evaluation_set_are_compared_by_what_both_have() -> None:
    """A threshold that one of the kinds does not have is no difference."""
    one = photo("a")
    other = EvaluationPhoto(one.path, "blue", 2, "", one.source, one.licence, one.entry)
    assert changes(opened(one), opened(other)) == [("changed", "a", "label red (0) -> blue (2)")]
