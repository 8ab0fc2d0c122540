"""Large files in Azure Blob Storage: their blocks, with Azurite."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob import BlobClient

from seatrial.model.published.transfer import stream
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.pieces import piece_bytes
from seatrial.stores.protocol import BlobNotFoundError, StoreUnreachableError


def test_concurrent_uploads_of_large_files_do_not_mix(azurite: StoreSettings, tmp_path: Path) -> None:
    """The blocks of two different files with one key are never committed together."""
    stores = [open_store(azurite) for _ in range(2)]
    sources = [tmp_path / name for name in "ab"]
    for source in sources:
        source.write_bytes(source.name.encode() * (3 * piece_bytes(azurite.connections) + 5))
    for attempt in range(4):
        key = f"large-{attempt}"
        with ThreadPoolExecutor(2) as pool:
            created = list(
                pool.map(lambda store, source, key=key: store.create(key, source, print), stores, sources)
            )
        (winner,) = [source for source, won in zip(sources, created, strict=True) if won]
        size = winner.stat().st_size
        assert b"".join(stream(stores[0], key, size, 4)) == winner.read_bytes()
        assert stores[0].size(key) == size


def test_an_interrupted_upload_continues(
    azurite: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks that the service has are not sent again; the blob is absent until the last one is there."""
    source, size = tmp_path / "large", 5 * piece_bytes(1) + 7
    source.write_bytes(os.urandom(size))
    store = open_store(azurite.model_copy(update={"connections": 1}))
    sent: list[str] = []
    tried: list[str] = []
    stage = BlobClient.stage_block

    def stage_three(self: BlobClient, block_id: str, data: bytes) -> None:
        """Send blocks, and lose the connection once, before the fourth."""
        tried.append(block_id)
        if len(tried) == 4:
            raise ServiceRequestError("the connection is lost")
        stage(self, block_id, data)
        sent.append(block_id)

    monkeypatch.setattr(BlobClient, "stage_block", stage_three)
    store.create("container.json", b"x", print)
    with pytest.raises(StoreUnreachableError):
        store.create("large", source, print)
    with pytest.raises(BlobNotFoundError):
        store.size("large")
    first = sent[:3]
    assert store.create("large", source, print)
    # The worker of the first upload may still be sending the block after the lost one.
    assert [sent.count(block) for block in first] == [1, 1, 1]
    assert len(set(sent)) == 6
    assert b"".join(stream(store, "large", size, 4)) == source.read_bytes()
    before = len(tried)
    assert not store.create("large", source, print)
    assert len(tried) == before
