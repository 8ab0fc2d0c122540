"""Download rate with one connection and with several: `python bench/fetch_connections.py [MiB] [rounds]`.

Writes a blob under `bench/` of the configured store unless it exists, reads it with 1 connection and with
`store.connections` in turn, and prints the MB/s of each round and the ratio of the medians.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from statistics import median

from seatrial.model.published.transfer import stream
from seatrial.settings import load
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore
from seatrial.workspace import find


def rate(store: BlobStore, key: str, size: int, connections: int) -> float:
    """Return the MB/s at which a blob is read and hashed."""
    digest, start = hashlib.sha256(), time.perf_counter()
    for part in stream(store, key, size, connections):
        digest.update(part)
    return size / 1e6 / (time.perf_counter() - start)


def main(mebibytes: int = 128, rounds: int = 5) -> None:
    """Measure both in turn, so that other load on the machine affects both alike."""
    settings = load(find(os.environ.get("SEATRIAL_INSTANCE", "dev"))).store
    store, key, size = open_store(settings), f"bench/{mebibytes}-mib", mebibytes << 20
    store.create(key, os.urandom(size), lambda _sent: None)
    several = settings.connections
    rates: dict[int, list[float]] = {1: [], several: []}
    for _ in range(rounds):
        for connections, found in rates.items():
            found.append(rate(store, key, size, connections))
            print(f"{connections} connections: {found[-1]:.0f} MB/s")  # noqa: T201
    ratio = median(rates[several]) / median(rates[1])
    print(f"{several} connections: {ratio:.2f} times the rate of 1")  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
