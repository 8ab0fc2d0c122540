"""What the processor can do without any server: decode and infer in a loop, in the app's own image.

Run as `python3 limit.py PHOTO SECONDS PROCESSES` inside the image. It prints, as JSON, the photos per second
of all processes together, and for each step the processor time of one photo in milliseconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
WARM_UP = 5


def loop(photo: str, seconds: float) -> tuple[float, float, float]:
    """Return photos per second on one thread, and the milliseconds of decoding and of inference."""
    from imagemodel.classifier import ImageClassifier

    model = ImageClassifier.load(Path("/app/model"), threads=1)
    data = Path(photo).read_bytes()
    for _ in range(WARM_UP):
        model.predict([data])
    decoding = inference = 0.0
    photos, start = 0, time.perf_counter()
    while time.perf_counter() < start + seconds:
        batch, used = _timed(lambda: model.prepare([data]))
        decoding += used
        _, used = _timed(lambda batch=batch: model.rank(model.infer(batch), 3))  # type: ignore[misc]
        inference += used
        photos += 1
    rate = photos / (time.perf_counter() - start)
    return rate, 1000 * decoding / photos, 1000 * inference / photos


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.thread_time()
    return work(), time.thread_time() - start


def main() -> None:
    """Run the loops at the same time and print the sum."""
    photo, seconds, processes = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(loop, [photo] * processes, [seconds] * processes))
    rates, decoding, inference = zip(*found, strict=True)
    json.dump(
        {
            "rate": sum(rates),
            "decode_ms": sum(decoding) / processes,
            "infer_ms": sum(inference) / processes,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
