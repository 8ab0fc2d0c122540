"""Listing and fetching while the number of published versions grows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from bench.blob_peers import ACCOUNT, CONTAINER, BlobServer
from bench.rows import Row
from matplotlib.figure import Figure

from imagemodel.card import digest_of
from seatrial.model.artefacts import MODEL, PUBLICATION
from seatrial.model.published.version_index import VersionIndex, index_key
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore

COUNTS: Final = (10, 100, 1000, 10_000)
PAGE: Final = 50
PAGE_SECONDS: Final = 2.0
FLAT: Final = 2.0
"""The largest ratio of the times with most and with fewest versions that counts as flat."""
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def growth(server: BlobServer, largest: int, rounds: int, plot: Path) -> list[Row]:
    """Measure the first page and the read of a locked version's card at each number of versions."""
    settings = StoreSettings(
        url=f"az://{ACCOUNT}/{CONTAINER}/growth", endpoint=server.endpoint, key_file=str(server.key_file)
    )
    store, done = open_store(settings), 0
    index = VersionIndex(store, MODEL, "many", settings.connections)
    counts = [count for count in COUNTS if count <= largest]
    pages, reads = list[float](), list[float]()
    for count in counts:
        with ThreadPoolExecutor(settings.connections) as pool:
            list(pool.map(lambda number: _publish(store, number), range(done, count)))
        done = count
        pages.append(_seconds(partial(index.newest, PAGE), rounds))
        locked = f"models/many/{count // 2}.0/model.json"
        reads.append(_seconds(partial(store.read, locked), rounds))
    _draw(plot, counts, {"first page of 50": pages, "card of a locked version": reads})
    # A page of fewer versions has fewer reads.
    first = next((place for place, count in enumerate(counts) if count >= PAGE), 0)
    return [
        *(Row(f"first page of {PAGE} of {n}", f"{t:.2f} s") for n, t in zip(counts, pages, strict=True)),
        Row(
            f"first page of {counts[-1]}",
            f"{pages[-1]:.2f} s",
            f"{pages[-1] / pages[first]:.2f} x that of {counts[first]}",
            f"{PAGE_SECONDS} s, flat ({FLAT} x)",
            pages[-1] <= PAGE_SECONDS and pages[-1] <= FLAT * pages[first],
        ),
        *(Row(f"card, of {n} versions", f"{t * 1000:.0f} ms") for n, t in zip(counts, reads, strict=True)),
        Row("the curve", str(plot)),
    ]


def _publish(store: BlobStore, number: int) -> None:
    """Write the documents of a version; the listing reads no other file."""
    card = json.dumps({"name": "many", "version": f"{number}.0"}).encode()
    at = (START + timedelta(seconds=number)).isoformat()
    fields = {"name": "many", "version": f"{number}.0", "digest": digest_of(card), "published": at}
    record, folder = json.dumps(fields).encode(), f"models/many/{number}.0"
    store.create(f"{folder}/model.json", card, lambda _: None)
    store.create(index_key(MODEL, record), record, lambda _: None)
    store.create(f"{folder}/{PUBLICATION}", record, lambda _: None)


def _seconds(call: Callable[[], object], rounds: int) -> float:
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return median(found)


def _draw(path: Path, counts: Sequence[int], curves: dict[str, list[float]]) -> None:
    figure = Figure(figsize=(7, 4), layout="constrained")
    panel = figure.subplots()
    for name, seconds in curves.items():
        panel.plot(counts, seconds, marker="o", label=name)
    panel.set(xscale="log", xlabel="published versions", ylabel="seconds")
    panel.set_ylim(bottom=0)
    panel.grid(alpha=0.3)
    panel.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
