"""One connection against several, side by side: `python bench/fetch.py [MiB] [rounds]` on the store as set.

Writes a blob under `bench/` of the store if none is there, reads it in turn with 1 and with
`store.connections`, and prints each round's MB/s and the ratio of the medians.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from statistics import median

from seatrial.model.transfer import stream
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
    """Measure in turn, so that whatever else the machine does falls on both."""
    settings = load(find(os.environ.get("SEATRIAL_INSTANCE", "dev"))).store
    store, key, size = open_store(settings), f"bench/{mebibytes}-mib", mebibytes << 20
    store.create(key, os.urandom(size), lambda _sent: None)
    many = settings.connections
    rates: dict[int, list[float]] = {1: [], many: []}
    for _ in range(rounds):
        for connections, found in rates.items():
            found.append(rate(store, key, size, connections))
            print(f"{connections} connections: {found[-1]:.0f} MB/s")  # noqa: T201
    ratio = median(rates[many]) / median(rates[1])
    print(f"{many} connections against 1: {ratio:.2f} times as fast")  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
