"""Removal of published versions: never one that something refers to, and never half of one as whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagemodel.card import digest_of
from samples import make_settings
from seatrial.model.artefacts import MODEL, PUBLICATION, channel_key
from seatrial.model.published.version_index import VersionIndex, index_key
from seatrial.results import Artefact
from seatrial.retention.model_versions import VersionPruner, VersionReferences, add_store_references
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore

START = datetime(2026, 1, 1, tzinfo=UTC)
FILES = ("model.onnx", "labels.txt", "model.json")


def publish(store: BlobStore, version: str, day: int) -> Artefact:
    """Write all that a published version has."""
    card = json.dumps({"name": "m", "version": version}).encode()
    artefact = Artefact(name="m", version=version, digest=digest_of(card))
    fields = {**artefact.model_dump(), "published": (START + timedelta(days=day)).isoformat()}
    record = json.dumps(fields).encode()
    for file in FILES:
        store.create(f"models/m/{version}/{file}", card, print)
    store.create(index_key(MODEL, record), record, print)
    store.create(f"models/m/{version}/{PUBLICATION}", record, print)
    return artefact


def pruner_of(store: BlobStore) -> tuple[VersionIndex, VersionPruner]:
    """Return the index and the pruner of the model m."""
    index = VersionIndex(store, MODEL, "m", 2)
    return index, VersionPruner(store, MODEL, index)


def whole(store: BlobStore, version: str) -> bool:
    """Return whether every file of a version is in the store."""
    return set(store.names(f"models/m/{version}/")) == {*FILES, PUBLICATION}


@settings(deadline=None, max_examples=40)
@given(data=st.data(), count=st.integers(0, 10), keep=st.integers(1, 4))
def test_what_something_refers_to_is_never_removed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, count: int, keep: int
) -> None:
    """The newest, and what locks, channels, environments and releases refer to, remain whole."""
    store = open_store(make_settings(url=tmp_path_factory.mktemp("store").as_uri()).store)
    artefacts = [publish(store, f"{number}.0", number) for number in range(count)]
    some = st.lists(st.sampled_from(artefacts), unique=True, max_size=3) if artefacts else st.just([])
    by_digest, by_name, channels, environments = (data.draw(some) for _ in range(4))
    references = VersionReferences()
    references.digests.update({each.digest: "a lock" for each in by_digest})
    references.versions.update({(each.name, each.version): "a release" for each in by_name})
    for number, each in enumerate(channels):
        pointer = json.dumps({"version": each.version, "digest": each.digest}).encode()
        store.create(channel_key("m", f"channel-{number}"), pointer, print)
    for number, each in enumerate(environments):
        content = json.dumps({"model": each.model_dump()}).encode()
        store.create(f"environments/{number}.json", content, print)
    index, pruner = pruner_of(store)
    add_store_references(store, index, references)
    plan = pruner.plan(keep, references)
    for version in plan.removals:
        pruner.remove(version)
    used = {each.version for each in [*by_digest, *by_name, *channels, *environments, *artefacts[-keep:]]}
    assert set(index.versions()) == set(index.by_time()) == used
    assert all(whole(store, version) for version in used)
    assert {item.name for item in plan.items if not item.removed} == used


def test_while_references_are_unknown_nothing_is_removed(tmp_path: Path) -> None:
    """A cluster that does not answer may run any version."""
    store = open_store(make_settings(url=tmp_path.as_uri()).store)
    for number in range(3):
        publish(store, f"{number}.0", number)
    _, pruner = pruner_of(store)
    plan = pruner.plan(1, VersionReferences(unknown={"staging": "it does not answer"}))
    assert plan.removals == ()
    assert plan.untouched == {"staging": "it does not answer"}


@pytest.mark.parametrize("steps", range(6))
def test_an_interrupted_removal_is_completed(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first step the version cannot be fetched, and the next removal finds what is left."""
    store = open_store(make_settings(url=tmp_path.as_uri()).store)
    for number in range(2):
        publish(store, f"{number}.0", number)
    index, pruner = pruner_of(store)
    delete, left = store.delete, [steps]

    def stop_after(key: str) -> None:
        """Delete blobs until the number of steps is used up."""
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        delete(key)

    monkeypatch.setattr(store, "delete", stop_after)
    try:
        pruner.remove("0.0")
    except KeyboardInterrupt:
        assert steps < 5
    monkeypatch.undo()
    assert (store.read("models/m/0.0/model.json") is None) == (steps > 0)
    for version in pruner.plan(1, VersionReferences()).removals:
        pruner.remove(version)
    assert index.versions() == index.by_time() == ["1.0"]
    assert whole(store, "1.0")


def test_a_version_that_is_being_published_is_kept(tmp_path: Path) -> None:
    """Files without a publication record may be those of a publisher at work."""
    store = open_store(make_settings(url=tmp_path.as_uri()).store)
    publish(store, "1.0", 1)
    store.create("models/m/0.5/model.onnx", b"x", print)
    _, pruner = pruner_of(store)
    plan = pruner.plan(1, VersionReferences())
    assert plan.removals == ()
    assert [(item.name, item.why) for item in plan.items][1:] == [("0.5", "not published completely")]
