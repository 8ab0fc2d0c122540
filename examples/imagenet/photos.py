"""Write the golden set: photos with a known licence and their expected labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from examples.imagenet.packages import Package
from imagemodel.golden import GOLDEN, GoldenSet, load_golden
from imagemodel.seal import canonical_json, describe_file, write_atomically

NAME: Final = "imagenet-photos"
VERSION: Final = "1.0.0"

SKIMAGE: Final = "skimage/data"
_SKLEARN: Final = "sklearn/datasets/images"


@dataclass(frozen=True)
class PackagedPhoto:
    """A photo in a package, its expected class and least probability, its author and licence."""

    package: str
    member: str
    index: int
    min_probability: float
    source: str
    licence: str


# min_probability is about half of the float network's probability. A quantised or newer network reaches it,
# but not a network with the wrong preprocessing. Two photos of the packages are not used: chelsea.png, whose
# top classes are three cats of nearly equal probability, and motorcycle_left.png, which states no licence.
PHOTOS: Final = (
    PackagedPhoto(
        "scikit-image", f"{SKIMAGE}/camera.png", 872, 0.5, "Lav Varshney, by scikit-image", "CC0-1.0"
    ),
    PackagedPhoto(
        "scikit-image", f"{SKIMAGE}/coffee.png", 967, 0.5, "Rachel Michetti, by scikit-image", "CC0-1.0"
    ),
    PackagedPhoto(
        "scikit-image", f"{SKIMAGE}/rocket.jpg", 657, 0.15, "SpaceX, by scikit-image", "public domain"
    ),
    PackagedPhoto(
        "scikit-learn",
        f"{_SKLEARN}/china.jpg",
        698,
        0.15,
        "danielbuechele, flickr.com/photos/danielbuechele/6061409035",
        "CC-BY-2.0",
    ),
    PackagedPhoto(
        "scikit-learn",
        f"{_SKLEARN}/flower.jpg",
        985,
        0.15,
        "vultilion, flickr.com/photos/vultilion/6056698931",
        "CC-BY-2.0",
    ),
)


def write_golden(directory: Path, packages: dict[str, Package], labels: list[str]) -> GoldenSet:
    """Write the photos and then `golden.json` into `directory`; return the verified golden set."""
    photos = [_photo(directory, packages[photo.package], photo, labels) for photo in PHOTOS]
    listing = {"schema": 1, "name": NAME, "version": VERSION, "photos": photos}
    write_atomically(directory / GOLDEN, canonical_json(listing))
    return load_golden(directory)


def _photo(directory: Path, package: Package, photo: PackagedPhoto, labels: list[str]) -> dict[str, Any]:
    path = directory / Path(photo.member).name
    write_atomically(path, package.read(photo.member))
    return {
        "file": path.name,
        **describe_file(path),
        "label": labels[photo.index],
        "index": photo.index,
        "min_probability": photo.min_probability,
        "source": photo.source,
        "licence": photo.licence,
    }
