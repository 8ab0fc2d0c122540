"""Upload of a large file to Azure Blob Storage as blocks, which become a blob when all are there.

The id of a block contains the sha256 of its content. So concurrent uploads of different files to one blob
cannot mix their blocks, and a repeated upload continues with the blocks that the service already has. It
discards blocks that no blob uses after a week.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobClient

from seatrial.stores.pieces import connections_for, piece_bytes

MOST_BLOCKS: Final = 50_000
"""The limit of the service for one blob."""


class BlobExistsError(Exception):
    """The blob exists; nothing was changed."""


def upload_blocks(blob: BlobClient, source: Path, connections: int, progress: Callable[[int], None]) -> None:
    """Upload a file as a new blob, in blocks of at most `piece_bytes` (more if that would be too many).

    `progress` gets the number of bytes sent so far. Raises BlobExistsError if the blob exists, and the
    errors of the SDK.
    """
    size = source.stat().st_size
    connections = connections_for(size, connections)
    length = max(piece_bytes(connections), -(-size // MOST_BLOCKS))
    starts, sent = range(0, size, length), 0
    upload = _Upload(blob, _staged(blob))
    with _opened(source) as file, ThreadPool(min(connections, len(starts))) as pool:
        ids = []
        for block, count in pool.imap(lambda start: upload.stage(file, start, length), starts):
            sent += count
            progress(sent)
            ids.append(BlobBlock(block))
    blob.commit_block_list(ids, match_condition=MatchConditions.IfMissing)


class _Upload:
    def __init__(self, blob: BlobClient, staged: dict[str, int]) -> None:
        self._blob = blob
        self._staged = staged

    def stage(self, file: int, start: int, length: int) -> tuple[str, int]:
        """Send a block unless the service has it, and return its id and size."""
        content = os.pread(file, length, start)
        # The service requires that all ids of a blob have one length.
        block = f"{start:016x}-{hashlib.sha256(content).hexdigest()[:32]}"
        if self._staged.get(block) != len(content):
            self._blob.stage_block(block, content)
        return block, len(content)


def _staged(blob: BlobClient) -> dict[str, int]:
    """Return the sizes of the blocks that earlier uploads have sent, by their ids."""
    try:
        committed, uncommitted = blob.get_block_list("all")
    except ResourceNotFoundError:
        return {}
    if committed:
        raise BlobExistsError
    return {str(each.id): int(each.size) for each in uncommitted}


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
