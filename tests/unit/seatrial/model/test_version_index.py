"""The index of the published versions, in a directory store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samples import make_settings
from seatrial.errors import UsageError
from seatrial.model.artefacts import CHANNELS, INDEX, MODEL, PUBLICATION, channel_key, check_names
from seatrial.model.published.version_index import VersionIndex, index_key
from seatrial.results import Artefact
from seatrial.stores.choose import open_store
from seatrial.stores.directory import DirectoryStore
from seatrial.stores.protocol import BlobStore, Document

START = datetime(2026, 1, 1, tzinfo=UTC)


def store_in(folder: Path) -> BlobStore:
    """Return a store in a directory."""
    return open_store(make_settings(url=folder.as_uri()).store)


def record_of(version: str, seconds: int) -> bytes:
    """Return the publication record of a version that was published some seconds after START."""
    published = (START + timedelta(seconds=seconds)).isoformat(timespec="seconds")
    fields = {"name": "m", "version": version, "digest": f"sha256:{version}", "published": published}
    return json.dumps({**fields, "publisher": "a", "revision": "r", "schema": 1}).encode()


def publish(store: BlobStore, version: str, seconds: int, *, indexed: bool = True) -> None:
    """Write the publication record and the card of a version, and add it to the index."""
    record = record_of(version, seconds)
    store.create(f"models/m/{version}/model.json", b"{}", print)
    store.create(f"models/m/{version}/{PUBLICATION}", record, print)
    if indexed:
        store.create(index_key(MODEL, record), record, print)


def index_of(store: BlobStore) -> VersionIndex:
    """Return the index of the model m."""
    return VersionIndex(store, MODEL, "m", 4)


@settings(deadline=None, max_examples=20)
@given(
    times=st.dictionaries(
        st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,8}[a-zA-Z0-9])?", fullmatch=True).filter(
            lambda version: version not in (CHANNELS, INDEX)
        ),
        st.integers(-(10**8), 10**9),
        max_size=12,
    ),
    limit=st.integers(1, 5),
)
def test_pages_have_every_version_once_and_the_newest_first(
    tmp_path_factory: pytest.TempPathFactory, times: dict[str, int], limit: int
) -> None:
    """All pages together are all versions, in the order of the times."""
    store = store_in(tmp_path_factory.mktemp("store"))
    for version, seconds in times.items():
        publish(store, version, seconds)
    index, found = index_of(store), list[str]()
    for skip in range(0, len(times) + limit, limit):
        found += [row.version for row in index.newest(limit, skip)]
    assert [times[version] for version in found] == sorted(times.values(), reverse=True)
    assert sorted(found) == sorted(times) == sorted(index.versions())


def test_a_version_that_was_published_twice_is_listed_once(tmp_path: Path) -> None:
    """An interrupted publication that was repeated has two keys in the index."""
    store = store_in(tmp_path)
    publish(store, "1.0", 5)
    store.create(index_key(MODEL, record_of("1.0", 9)), record_of("1.0", 9), print)
    assert [row.version for row in index_of(store).newest(5)] == ["1.0"]
    assert len(index_of(store).keys_of("1.0")) == 2


def test_versions_of_an_older_program_are_added(tmp_path: Path) -> None:
    """A version without an entry is found by its directory, and added with its time of publication."""
    store = store_in(tmp_path)
    publish(store, "2.0", 20)
    publish(store, "1.0", 10, indexed=False)
    store.create("models/m/half/model.onnx", b"x", print)
    index = index_of(store)
    assert sorted(index.unindexed()) == ["1.0", "half"]
    assert [index.add(version) for version in ("1.0", "half")] == [True, False]
    assert index.add("1.0")
    assert index.by_time() == ["2.0", "1.0"]


def test_channels_are_listed_with_their_versions(tmp_path: Path) -> None:
    """Each row has the channels that point to it; a channel that is not valid is an error."""
    store = store_in(tmp_path)
    publish(store, "1.0", 5)
    for channel in ("latest", "trial"):
        store.create(channel_key("m", channel), b'{"version": "1.0", "digest": "sha256:1.0"}', print)
    (row,) = index_of(store).newest(5)
    assert row.channels == ("latest", "trial")
    store.create(channel_key("m", "bad"), b"{", print)
    with pytest.raises(UsageError, match="channel bad of m does not name a version"):
        index_of(store).channels()


def test_the_names_of_the_index_are_no_versions() -> None:
    """A version cannot be called like a directory beside the versions."""
    for name in (CHANNELS, INDEX):
        with pytest.raises(UsageError, match="reserved"):
            check_names(Artefact(name="m", version=name, digest=""))


class CountingStore(DirectoryStore):
    """A store in a directory that counts its requests; a list is one request for each page."""

    requests = 0

    def read(self, key: str) -> Document | None:
        """Return a document."""
        self.requests += 1
        return super().read(key)

    def names(self, prefix: str, page: int = 1000) -> Iterator[str]:
        """Yield the names in a directory."""
        for place, name in enumerate(super().names(prefix, page)):
            self.requests += place % page == 0
            yield name


def test_a_page_reads_only_its_own_versions(tmp_path: Path) -> None:
    """The number of requests does not grow with the number of versions."""
    counts = []
    for number in (10, 200):
        store = CountingStore(make_settings(url=(tmp_path / str(number)).as_uri()).store)
        for version in range(number):
            publish(store, f"{version}.0", version)
        assert len(index_of(store).newest(5)) == 5
        counts.append(store.requests)
    assert counts[0] == counts[1]
