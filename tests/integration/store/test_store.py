"""What every store promises: tested on Azurite, on S3 as moto speaks it, and on a folder."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seatrial.model.transfer import PART, stream
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import MissingError, Store

KEY = "models/x/1/model.onnx"


def ignore(sent: int) -> None:
    """Take no notice."""


def test_a_key_is_taken_once_and_for_ever(store: Store) -> None:
    """The second to create a key is told, and the first one's bytes stay."""
    assert store.create(KEY, b"first", ignore)
    assert not store.create(KEY, b"second", ignore)
    found = store.read(KEY)
    assert found is not None
    assert found.content == b"first"


def test_a_file_goes_up_and_comes_down_whole(store: Store, tmp_path: Path) -> None:
    """A file of several parts is the same bytes again, over one connection or eight."""
    content = os.urandom(2 * PART + 12_345)
    (tmp_path / "large").write_bytes(content)
    sent: list[int] = []
    assert store.create(KEY, tmp_path / "large", sent.append)
    assert sent[-1] == len(content) == store.size(KEY)
    assert not store.create(KEY, tmp_path / "large", ignore)
    for connections in (1, 8):
        assert b"".join(stream(store, KEY, len(content), connections)) == content


def test_a_document_is_replaced_only_by_who_read_it_last(store: Store) -> None:
    """A writer whose tag is stale, or who thinks there is none, changes nothing."""
    assert store.replace("channel.json", b"one", None)
    assert not store.replace("channel.json", b"two", None)
    first = store.read("channel.json")
    assert first is not None
    assert store.replace("channel.json", b"two", first.tag)
    assert not store.replace("channel.json", b"three", first.tag)
    second = store.read("channel.json")
    assert second is not None
    assert second.content == b"two"


def test_what_is_not_there_is_told_apart(store: Store) -> None:
    """A document that does not exist is None; a blob that does not exist is an error that names it."""
    assert store.read("nothing.json") is None
    for ask in (lambda: store.size("nothing"), lambda: store.read_range("nothing", 0, 5)):
        with pytest.raises(MissingError, match="nothing is not in the store"):
            ask()


@pytest.mark.parametrize("kind", ["azurite", "directory"])
def test_of_many_writers_at_once_one_creates_and_one_moves(kind: str, request: pytest.FixtureRequest) -> None:
    """Racing for a key, exactly one wins, with its own bytes (moto's server does not lock, so not there)."""
    settings: StoreSettings = request.getfixturevalue(kind)
    store = open_store(settings)
    store.create("channel.json", b"start", ignore)
    start = store.read("channel.json")
    assert start is not None
    writers = [str(number).encode() * 1000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(lambda text: store.create(KEY, text, ignore), writers))
        moved = list(pool.map(lambda text: store.replace("channel.json", text, start.tag), writers))
    for key, outcome in ((KEY, created), ("channel.json", moved)):
        found = store.read(key)
        assert found is not None
        assert [text for text, won in zip(writers, outcome, strict=True) if won] == [found.content]
