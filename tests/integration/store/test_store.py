"""The behaviour of every store, on Azurite, a real S3 service, the S3 server of moto, and a directory."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seatrial.model.artefacts import MODEL
from seatrial.model.published.transfer import stream
from seatrial.model.published.version_index import VersionIndex, index_key
from seatrial.retention.model_versions import VersionPruner, VersionReferences
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.pieces import MOST_BYTES
from seatrial.stores.protocol import BlobNotFoundError, BlobStore
from seatrial.stores.write_access import NAME, require_write_access

KEY = "models/x/1/model.onnx"


def ignore(sent: int) -> None:
    """Ignore the progress."""


def test_a_key_is_created_once(store: BlobStore) -> None:
    """Creating an existing key returns False and keeps the first content."""
    assert store.create(KEY, b"first", ignore)
    assert not store.create(KEY, b"second", ignore)
    found = store.read(KEY)
    assert found is not None
    assert found.content == b"first"


def test_a_file_is_uploaded_and_downloaded_unchanged(store: BlobStore, tmp_path: Path) -> None:
    """A file of several ranges is equal after the download, with one connection or eight."""
    content = os.urandom(2 * MOST_BYTES + 12_345)
    (tmp_path / "large").write_bytes(content)
    sent: list[int] = []
    assert store.create(KEY, tmp_path / "large", sent.append)
    assert sent[-1] == len(content) == store.size(KEY)
    assert not store.create(KEY, tmp_path / "large", ignore)
    for connections in (1, 8):
        assert b"".join(stream(store, KEY, len(content), connections)) == content


def test_a_document_is_replaced_only_with_its_tag(store: BlobStore) -> None:
    """A stale tag, or None for an existing document, changes nothing."""
    assert store.replace("channel.json", b"one", None)
    assert not store.replace("channel.json", b"two", None)
    first = store.read("channel.json")
    assert first is not None
    assert store.replace("channel.json", b"two", first.tag)
    assert not store.replace("channel.json", b"three", first.tag)
    second = store.read("channel.json")
    assert second is not None
    assert second.content == b"two"


def test_a_write_that_asks_for_the_right_writes_nothing(store: BlobStore) -> None:
    """A condition that is never met is refused by every store, and leaves nothing there."""
    store.create(KEY, b"first", ignore)
    for folder in ("models/x/1", "models/y/1", "models/x/channels"):
        require_write_access(store, folder)
        assert store.read(f"{folder}/{NAME}") is None


def test_a_state_that_returns_gets_another_tag(store: BlobStore) -> None:
    """Also where a tag is a hash of the content: the document counts its writes."""
    tags = []
    for writes, release in enumerate(("a-1", "a-2", "a-1"), 1):
        found = store.read("environments/a.json")
        content = f'{{"release": "{release}", "writes": {writes}}}'.encode()
        assert store.replace("environments/a.json", content, found.tag if found else None)
        written = store.read("environments/a.json")
        assert written is not None
        tags.append(written.tag)
    assert len(set(tags)) == len(tags)


def test_a_missing_blob_is_an_error_and_a_missing_document_is_not(store: BlobStore) -> None:
    """A missing document is None; a missing blob is an error with its name."""
    assert store.read("nothing.json") is None
    for request in (lambda: store.size("nothing"), lambda: store.read_range("nothing", 0, 5)):
        with pytest.raises(BlobNotFoundError, match="nothing is not in the store"):
            request()


ROUNDS = 25
WRITERS = 8


@pytest.mark.parametrize("kind", ["azurite", "s3", "directory"])
def test_of_concurrent_writers_exactly_one_succeeds(kind: str, request: pytest.FixtureRequest) -> None:
    """One writer creates a key and one replaces a document (not on moto, whose server does not lock)."""
    settings: StoreSettings = request.getfixturevalue(kind)
    stores = [open_store(settings) for _ in range(WRITERS)]
    store = stores[0]
    store.create("channel.json", b"start", ignore)
    with ThreadPoolExecutor(WRITERS) as pool:
        for number in range(ROUNDS):
            # The tag of a document can be that of its content, so no text is written twice.
            texts = [f"{number}.{writer}".encode() * 1000 for writer in range(WRITERS)]
            tag = tag_of(store, "channel.json")
            key = f"{KEY}-{number}"
            created = list(pool.map(lambda own, text, key=key: own.create(key, text, ignore), stores, texts))
            replaced = list(
                pool.map(lambda own, text, tag=tag: own.replace("channel.json", text, tag), stores, texts)
            )
            for place, outcome in ((key, created), ("channel.json", replaced)):
                found = store.read(place)
                assert found is not None
                assert [text for text, won in zip(texts, outcome, strict=True) if won] == [found.content]


def tag_of(store: BlobStore, key: str) -> str:
    """Return the tag of a document."""
    found = store.read(key)
    assert found is not None
    return found.tag


def test_a_range_after_the_end_is_empty(store: BlobStore) -> None:
    """A range beyond the end has the bytes up to it, and none after it."""
    assert store.create(KEY, b"0123456789", ignore)
    assert store.read_range(KEY, 8, 100) == b"89"
    assert store.read_range(KEY, 10, 5) == b""
    assert store.read_range(KEY, 100, 5) == b""


def test_names_are_listed_in_order_over_several_pages(store: BlobStore) -> None:
    """Every name directly under a prefix is listed once, whatever the size of a page."""
    keys = [f"models/x/{number}/file" for number in (1, 10, 2)] + ["models/x/a.json", "models/xy/1/file"]
    for key in keys:
        assert store.create(key, b"x", ignore)
    for page in (1, 2, 1000):
        assert list(store.names("models/x/", page)) == ["1/", "10/", "2/", "a.json"]
    assert list(store.names("models/")) == ["x/", "xy/"]
    assert list(store.names("nothing/")) == []


def test_a_deleted_blob_is_gone(store: BlobStore) -> None:
    """Deleting a blob removes its name too; deleting nothing is no error."""
    assert store.create(KEY, b"x", ignore)
    store.delete(KEY)
    store.delete(KEY)
    assert store.read(KEY) is None
    assert list(store.names("models/")) == []
    assert store.create(KEY, b"y", ignore)


def test_published_versions_are_listed_and_removed(store_settings: StoreSettings, store: BlobStore) -> None:
    """The index and the removal of versions on every kind of store."""
    index = VersionIndex(store, MODEL, "x", store_settings.connections)
    for number in range(4):
        fields = {"name": "x", "version": f"{number}.0", "digest": f"sha256:{number}"}
        record = json.dumps({**fields, "published": f"2026-01-0{number + 1}T00:00:00+00:00"}).encode()
        for name, content in (("model.onnx", b"o"), ("model.json", b"{}"), ("publication.json", record)):
            assert store.create(f"models/x/{number}.0/{name}", content, ignore)
        assert store.create(index_key(MODEL, record), record, ignore)
    assert [row.version for row in index.newest(2, skip=1)] == ["2.0", "1.0"]
    pruner = VersionPruner(store, MODEL, index)
    references = VersionReferences(digests={"sha256:1": "a lock"})
    assert pruner.plan(1, references).removals == ("0.0", "2.0")
    for version in ("0.0", "2.0"):
        pruner.remove(version)
    assert index.versions() == ["1.0", "3.0"]
    assert index.by_time() == ["3.0", "1.0"]
