"""Send large photos at once to a container, and measure its memory and the responses of others meanwhile."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import requests

from app_container import AppContainer
from large_photos import Size

AT_ONCE: Final = 16
IMAGE: Final = {"Content-Type": "image/png"}
PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "photos.md"
_PEAKS: Final = "/sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes"


@dataclass
class Attack:
    """Statuses of the large photos; statuses and milliseconds of the other requests meanwhile."""

    statuses: Counter[int] = field(default_factory=Counter)
    others: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)


def largest_sizes() -> Mapping[str, Size]:
    """Return width and height of the largest photo of each kind that the documentation allows."""
    rows = re.findall(r"^\| ((?:JPEG|PNG|WebP) [^|]*?) \|[^|]*\| (\d+) \|$", PAGE.read_text("utf-8"), re.M)
    heights = {kind: int((int(millions) * 1e6 * 3 / 4) ** 0.5) - 8 for kind, millions in rows}
    return {kind: (height * 4 // 3, height) for kind, height in heights.items()}


def attack(app: AppContainer, photos: Sequence[bytes], other: bytes, each: int = 1) -> Attack:
    """Send AT_ONCE of `photos` at once, `each` times, and `other` one after another until they are done."""
    found = Attack()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(_send, app, photo, each) for photo in islice(cycle(photos), AT_ONCE)]
        while not all(future.done() for future in sent):
            observe(app, other, found)
    for future in sent:
        found.statuses.update(future.result())
    return found


def observe(app: AppContainer, other: bytes, found: Attack) -> None:
    """Send `other` and add status and time of the response to `found`."""
    start = time.perf_counter()
    found.others[_post(app, other)] += 1
    found.milliseconds.append((time.perf_counter() - start) * 1000)


def peak_mebibytes(app: AppContainer) -> int:
    """Return the largest memory that the container had, with the files that the kernel keeps for it."""
    code, output = app.run_inside("sh", "-c", f"cat {_PEAKS} 2>/dev/null; true")
    assert code == 0, output
    return int(output.split()[0]) >> 20


def _send(app: AppContainer, photo: bytes, times: int) -> list[int]:
    return [_post(app, photo) for _ in range(times)]


def _post(app: AppContainer, photo: bytes) -> int:
    # Each request has a connection of its own, as requests of different clients have.
    response = requests.post(app.url + "/predict", data=photo, headers=IMAGE, timeout=60)
    return response.status_code
