"""Compare decoding at a part of the size with full decoding: time, and the labels that are predicted.

Run by `make bench-decode` with MODEL=dir and PHOTOS=dir, by default the example's. Each photo is written at
several sizes, in several formats and qualities; both ways are timed in alternation, in processor time.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.rows import Row, show
from numpy.typing import NDArray
from PIL import Image

from imagemodel.card import InputSpec
from imagemodel.classifier import ImageClassifier
from imagemodel.preprocess import preprocess, preprocess_whole

SIZES: Final = (640, 1280, 2016, 3024)
"""The longer side in pixels; at the smallest nothing is scaled while it is decoded."""

ALL_PHOTOS: Final = 2016
"""The size at which every photo is compared; at the others TIMED of them."""

TIMED: Final = 3

KINDS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("JPEG 90", "JPEG", {"quality": 90}),
    ("JPEG 60", "JPEG", {"quality": 60}),
    ("JPEG progressive", "JPEG", {"quality": 85, "progressive": True}),
    ("WebP lossy", "WEBP", {"quality": 85, "method": 0}),
    ("PNG", "PNG", {"compress_level": 1}),
)
ROUNDS: Final = 3
AGREEMENT: Final = 0.99
SUFFIXES: Final = frozenset({".jpg", ".png", ".webp"})

Decode = Callable[[bytes, InputSpec], NDArray[Any]]


@dataclass
class Comparison:
    """The variants of one kind and size: times in ms, labels that agree, and the largest difference."""

    whole_ms: list[float] = field(default_factory=list)
    scaled_ms: list[float] = field(default_factory=list)
    agreed: list[bool] = field(default_factory=list)
    difference: float = 0.0

    def add(self, model: ImageClassifier, photo: bytes) -> None:
        """Decode `photo` in both ways and compare what the model predicts."""
        spec = model.card.input
        for _ in range(ROUNDS):
            whole, scaled = _timed(preprocess_whole, photo, spec), _timed(preprocess, photo, spec)
            self.whole_ms.append(whole[0])
            self.scaled_ms.append(scaled[0])
        rows = [model.infer(values[None])[0] for _, values in (whole, scaled)]
        self.agreed.append(int(rows[0].argmax()) == int(rows[1].argmax()))
        self.difference = max(self.difference, float(abs(rows[0] - rows[1]).max()))


def variants(photos: list[Path], kind: str, options: dict[str, Any], side: int) -> Iterator[bytes]:
    """Yield each photo with `side` pixels on its longer side, as a file."""
    for path in photos:
        image = Image.open(path).convert("RGB")
        scale = side / max(image.size)
        size = (round(image.width * scale), round(image.height * scale))
        buffer = io.BytesIO()
        image.resize(size, Image.Resampling.LANCZOS).save(buffer, kind, **options)
        yield buffer.getvalue()


def compare(model: ImageClassifier, photos: list[Path]) -> dict[tuple[str, int], Comparison]:
    """Compare the variants of `photos`."""
    found: dict[tuple[str, int], Comparison] = {}
    for name, kind, options in KINDS:
        for side in SIZES:
            comparison = found[name, side] = Comparison()
            chosen = photos if side == ALL_PHOTOS else photos[:: max(1, len(photos) // TIMED)]
            for photo in variants(chosen, kind, options, side):
                comparison.add(model, photo)
    return found


def rows(found: dict[tuple[str, int], Comparison]) -> list[Row]:
    """Return a row for each kind and size, and one for all labels."""
    listed = [_row(f"{name}, {side} px", each) for (name, side), each in found.items()]
    agreed = [each for comparison in found.values() for each in comparison.agreed]
    share = sum(agreed) / len(agreed)
    difference = max(each.difference for each in found.values())
    value = (
        f"{sum(agreed)} of {len(agreed)} ({share:.1%}); largest difference of a probability {difference:.3f}"
    )
    return [
        *listed,
        Row("same label as full decoding", value, limit=f"{AGREEMENT:.0%}", met=share >= AGREEMENT),
    ]


def _row(what: str, each: Comparison) -> Row:
    scaled, whole = median(each.scaled_ms), median(each.whole_ms)
    return Row(what, f"{scaled:.1f} ms", f"{whole:.1f} ms decoded whole: {whole / scaled:.2f} x")


def _timed(decode: Decode, photo: bytes, spec: InputSpec) -> tuple[float, NDArray[Any]]:
    start = time.thread_time()
    values = decode(photo, spec)
    return (time.thread_time() - start) * 1000, values


def main() -> None:
    """Print the table."""
    example = Path(".seatrial") / os.environ.get("SEATRIAL_INSTANCE", "dev") / "example"
    model = ImageClassifier.load(Path(os.environ.get("MODEL") or example / "model"))
    directory = Path(os.environ.get("PHOTOS") or example / "evaluation")
    photos = [path for path in sorted(directory.iterdir()) if path.suffix in SUFFIXES]
    show("decoding at a part of the size beside full decoding", rows(compare(model, photos)))


if __name__ == "__main__":
    main()
