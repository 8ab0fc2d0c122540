"""Write the evaluation set: photos of the packages, right or wrong for the network, and variants of each."""

from pathlib import Path
from typing import Any, Final

from examples.imagenet.packages import Package
from examples.imagenet.photos import PHOTOS, SKIMAGE, PackagedPhoto
from examples.imagenet.variants import VARIANTS
from imagemodel.evaluation import EVALUATION, EvaluationSet, load_evaluation
from imagemodel.seal import canonical_json, describe_file, write_atomically

NAME: Final = "imagenet-sample"
VERSION: Final = "1.0.0"

# With the labels of what they show. The network gets both of them wrong: a sample keeps such photos.
_NOT_GOLDEN: Final = (
    PackagedPhoto(
        "scikit-image", f"{SKIMAGE}/chelsea.png", 281, 0, "Stefan van der Walt, by scikit-image", "CC0-1.0"
    ),
    PackagedPhoto(
        "scikit-image",
        f"{SKIMAGE}/clock_motion.png",
        892,
        0,
        "Stefan van der Walt, by scikit-image",
        "public domain",
    ),
)
ORIGINALS: Final = (*PHOTOS, *_NOT_GOLDEN)


def write_evaluation(directory: Path, packages: dict[str, Package], labels: list[str]) -> EvaluationSet:
    """Write the photos, their variants, then `evaluation.json` into `directory`; return the verified set."""
    rows = [row for photo in ORIGINALS for row in _rows(directory, packages[photo.package], photo, labels)]
    listing = {"schema": 1, "name": NAME, "version": VERSION, "photos": rows}
    write_atomically(directory / EVALUATION, canonical_json(listing))
    return load_evaluation(directory)


def _rows(directory: Path, package: Package, photo: PackagedPhoto, labels: list[str]) -> list[dict[str, Any]]:
    original = Path(photo.member)
    raw = package.read(photo.member)
    files = {original.name: raw}
    files |= {f"{original.stem}-{name}.jpg": vary(raw) for name, vary in VARIANTS.items()}
    return [_row(directory, file, content, photo, labels) for file, content in files.items()]


def _row(
    directory: Path, file: str, content: bytes, photo: PackagedPhoto, labels: list[str]
) -> dict[str, Any]:
    write_atomically(directory / file, content)
    row = {
        "file": file,
        **describe_file(directory / file),
        "label": labels[photo.index],
        "index": photo.index,
        "source": photo.source,
        "licence": photo.licence,
    }
    original = Path(photo.member).name
    return row if file == original else {**row, "original": original}
