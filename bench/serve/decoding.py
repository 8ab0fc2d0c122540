"""Whether a JPEG that is decoded at a fraction of its size has the same best label as the whole photo."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from imagemodel.classifier import ImageClassifier
from imagemodel.evaluation import load_evaluation

WIDTHS: Final = (640, 1024, 1600, 2400, 3024)
QUALITIES: Final = (60, 80, 95)
SHARE: Final = 0.99


@dataclass(frozen=True)
class Agreement:
    """How many variants have the same best label, of how many."""

    same: int
    variants: int

    @property
    def share(self) -> float:
        """The share that agrees, 0 to 1."""
        return self.same / self.variants if self.variants else 0.0


def compare(model: Path, evaluation: Path, result: Path) -> Agreement:
    """Compare the two ways of decoding for all variants of the originals of an evaluation set.

    The whole photo reaches the model as a PNG, which is never decoded at a fraction.
    """
    classifier = ImageClassifier.load(model)
    pairs = [_best(classifier, *pair) for photo in _originals(evaluation) for pair in _variants(photo)]
    found = Agreement(sum(one == other for one, other in pairs), len(pairs))
    result.write_text(json.dumps(asdict(found)) + "\n")
    return found


def read(result: Path) -> Agreement:
    """Return what `compare` wrote, or nothing compared."""
    return Agreement(**json.loads(result.read_text())) if result.exists() else Agreement(0, 0)


def _originals(evaluation: Path) -> Iterator[Image.Image]:
    photos = {photo.path.stem: photo.path for photo in load_evaluation(evaluation).photos}
    for stem, path in photos.items():
        # Variants have the name of their original and a suffix.
        if not any(stem.startswith(f"{other}-") for other in photos):
            yield Image.open(path).convert("RGB")


def _variants(photo: Image.Image) -> Iterator[tuple[bytes, bytes]]:
    for width in WIDTHS:
        size = (width, round(photo.height * width / photo.width))
        resized = photo.resize(size, Image.Resampling.LANCZOS)
        for image in (resized, ImageOps.mirror(resized)):
            for quality in QUALITIES:
                jpeg = _encoded(image, "JPEG", quality=quality)
                yield jpeg, _encoded(Image.open(io.BytesIO(jpeg)), "PNG", compress_level=0)


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _best(classifier: ImageClassifier, jpeg: bytes, whole: bytes) -> tuple[int, int]:
    one, other = (classifier.predict([data], top=1)[0][0].index for data in (jpeg, whole))
    return one, other
