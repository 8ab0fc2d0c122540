"""The card, `model.json`: all that the app must know of a model to serve it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.errors import VerifyError
from imagemodel.fields import FILE, NAME, SHA256, VERSION, Fields, parse

CARD: Final = "model.json"
MODEL: Final = "model.onnx"
LABELS: Final = "labels.txt"
CROP: Final = "shortest-side-then-centre-crop"
RESERVED: Final = frozenset({CARD, "publication.json"})
SIDE: Final = 4096
"""Pixels. No classifier's input is larger; a card that says so is a mistake or an attack."""


@dataclass(frozen=True)
class FileEntry:
    """What the card says of one file: the hex of its sha256, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class InputSpec:
    """What to do to a photo: resize, order the channels, then ``(pixel * scale - mean) / std``.

    `mean` and `std` have one number a channel, in the order of `channels`. `shortest_side` is in pixels and 0
    where `resize` is ``stretch``.
    """

    name: str
    height: int
    width: int
    layout: str
    channels: str
    dtype: str
    resize: str
    shortest_side: int
    interpolation: str
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of one prepared photo, without the batch."""
        depth = len(self.mean)
        if self.layout == "NCHW":
            return (depth, self.height, self.width)
        return (self.height, self.width, depth)


@dataclass(frozen=True)
class OutputSpec:
    """Which output to read, whether it wants a softmax (``logits``), and how many classes it has."""

    name: str
    kind: str
    classes: int


@dataclass(frozen=True)
class Card:
    """A model's card. Its `digest`, the model's own, is ``sha256:<hex>`` of the bytes it was read from."""

    name: str
    version: str
    licence: str
    description: str
    task: str
    input: InputSpec
    output: OutputSpec
    metrics: Mapping[str, float]
    files: Mapping[str, FileEntry]
    digest: str

    @property
    def size(self) -> int:
        """The bytes of all files that the card names."""
        return sum(entry.size for entry in self.files.values())


def digest_of(raw: bytes) -> str:
    """Return ``sha256:<hex>`` of `raw`."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def load_card(path: Path) -> Card:
    """Return the card at `path`, a `model.json` or the directory that holds one.

    CardError: a field is missing, wrong or unknown. VerifyError: there is no such file.
    """
    path = path / CARD if path.is_dir() else path
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise VerifyError(f"{path}: {error.strerror}", "a model is a directory with a model.json") from error
    return parse_card(raw, str(path))


def parse_card(raw: bytes, source: str = CARD) -> Card:
    """Return the card in `raw`; CardError, naming `source` and the field, if it is not a card."""
    fields = parse(raw, source)
    fields.integer("schema", 1, 1)
    card = Card(
        name=fields.text("name", NAME),
        version=fields.text("version", VERSION),
        licence=fields.text("licence"),
        description=fields.text("description", default="-"),
        task=fields.choice("task", "image-classification"),
        input=_input(fields.table("input")),
        output=_output(fields.table("output")),
        metrics=_metrics(fields.table("metrics")),
        files=_files(fields, fields.table("files")),
        digest=digest_of(raw),
    )
    fields.close()
    return card


def _input(fields: Fields) -> InputSpec:
    channels = fields.choice("channels", "RGB", "BGR", "GRAY")
    depth = 1 if channels == "GRAY" else 3
    height, width = fields.integer("height", 1, SIDE), fields.integer("width", 1, SIDE)
    resize = fields.choice("resize", "stretch", CROP)
    spec = InputSpec(
        name=fields.text("name"),
        height=height,
        width=width,
        layout=fields.choice("layout", "NCHW", "NHWC"),
        channels=channels,
        dtype=fields.choice("dtype", "float32", "uint8"),
        resize=resize,
        shortest_side=fields.integer("shortest_side", max(height, width), 2 * SIDE) if resize == CROP else 0,
        interpolation=fields.choice("interpolation", "nearest", "bilinear", "bicubic", "lanczos", "box"),
        scale=fields.number("scale"),
        mean=fields.numbers("mean", depth),
        std=fields.numbers("std", depth),
    )
    if not all(spec.std):
        raise fields.wrong("std", "numbers other than 0")
    fields.close()
    return spec


def _output(fields: Fields) -> OutputSpec:
    spec = OutputSpec(
        name=fields.text("name"),
        kind=fields.choice("kind", "logits", "probabilities"),
        classes=fields.integer("classes", 2, 1_000_000),
    )
    fields.close()
    return spec


def _metrics(fields: Fields) -> dict[str, float]:
    return {name: fields.number(name, -1e15, 1e15) for name in fields.names()}


def _files(card: Fields, fields: Fields) -> dict[str, FileEntry]:
    names = fields.names()
    if not {MODEL, LABELS} <= set(names) or RESERVED & set(names):
        raise card.wrong("files", f"{MODEL}, {LABELS} and never {' or '.join(sorted(RESERVED))}")
    return {name: file_entry(fields, name) for name in names}


def file_entry(fields: Fields, name: str) -> FileEntry:
    """Return what stands under the file name `name`; CardError if the name could leave its directory."""
    if not FILE.fullmatch(name):
        raise fields.wrong(name, f"a file name like {FILE.pattern}")
    entry = fields.table(name)
    found = FileEntry(entry.text("sha256", SHA256), entry.integer("size", 1, 1 << 40))
    entry.close()
    return found
