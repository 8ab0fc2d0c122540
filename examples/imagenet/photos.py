"""The golden set: photos whose licence is known, and what they show; reviewed apart from any model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from examples.imagenet.packages import Package
from imagemodel.golden import GOLDEN, GoldenSet, load_golden
from imagemodel.seal import canonical_json, describe_file, write_atomically

NAME: Final = "imagenet-photos"
VERSION: Final = "1.0.0"

_SKIMAGE: Final = "skimage/data"
_SKLEARN: Final = "sklearn/datasets/images"


@dataclass(frozen=True)
class Chosen:
    """A photo: where it lies, the class that it shows, the least probability that will do, whose it is."""

    package: str
    member: str
    index: int
    min_probability: float
    source: str
    licence: str


# min_probability is about half of what the float network measures: room for a quantised or a newer one, but
# none for photos that were prepared in another way than it was trained with. The same packages hold two more:
# chelsea.png, which to a network is any of three cats, and motorcycle_left.png, whose licence is unsaid.
PHOTOS: Final = (
    Chosen("scikit-image", f"{_SKIMAGE}/camera.png", 872, 0.5, "Lav Varshney, by scikit-image", "CC0-1.0"),
    Chosen("scikit-image", f"{_SKIMAGE}/coffee.png", 967, 0.5, "Rachel Michetti, by scikit-image", "CC0-1.0"),
    Chosen("scikit-image", f"{_SKIMAGE}/rocket.jpg", 657, 0.15, "SpaceX, by scikit-image", "public domain"),
    Chosen(
        "scikit-learn",
        f"{_SKLEARN}/china.jpg",
        698,
        0.15,
        "danielbuechele, flickr.com/photos/danielbuechele/6061409035",
        "CC-BY-2.0",
    ),
    Chosen(
        "scikit-learn",
        f"{_SKLEARN}/flower.jpg",
        985,
        0.15,
        "vultilion, flickr.com/photos/vultilion/6056698931",
        "CC-BY-2.0",
    ),
)


def write_golden(directory: Path, packages: dict[str, Package], labels: list[str]) -> GoldenSet:
    """Write the photos and then their list into `directory`; return the set, verified."""
    photos = [_photo(directory, packages[chosen.package], chosen, labels) for chosen in PHOTOS]
    listing = {"schema": 1, "name": NAME, "version": VERSION, "photos": photos}
    write_atomically(directory / GOLDEN, canonical_json(listing))
    return load_golden(directory)


def _photo(directory: Path, package: Package, chosen: Chosen, labels: list[str]) -> dict[str, Any]:
    path = directory / Path(chosen.member).name
    write_atomically(path, package.read(chosen.member))
    return {
        "file": path.name,
        **describe_file(path),
        "label": labels[chosen.index],
        "index": chosen.index,
        "min_probability": chosen.min_probability,
        "source": chosen.source,
        "licence": chosen.licence,
    }
