"""The card, `model.json`: the description of a model that is needed to serve it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.errors import VerifyError
from imagemodel.fields import DIGEST, FILE, NAME, SHA256, VERSION, Fields, parse
from imagemodel.origin import Origin, read_origin

CARD: Final = "model.json"
MODEL: Final = "model.onnx"
LABELS: Final = "labels.txt"
CROP: Final = "shortest-side-then-centre-crop"
RESERVED: Final = frozenset({CARD, "publication.json"})
MAX_SIDE: Final = 4096
"""The largest input size in pixels. It bounds the memory that a card can make the app allocate."""


@dataclass(frozen=True)
class FileEntry:
    """The sha256 (hex) and size (bytes) of one file."""

    sha256: str
    size: int


@dataclass(frozen=True)
class InputSpec:
    """The network's input, and how `imagemodel.preprocess` turns an image into it.

    `height`, `width` and `shortest_side` are in pixels; `shortest_side` is 0 if `resize` is ``stretch``.
    `mean` and `std` have one number per channel, in the order of `channels`.
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
        """The shape of one preprocessed image, without the batch dimension."""
        depth = len(self.mean)
        if self.layout == "NCHW":
            return (depth, self.height, self.width)
        return (self.height, self.width, depth)


@dataclass(frozen=True)
class OutputSpec:
    """The network's output: name, kind (``logits`` or ``probabilities``) and number of classes."""

    name: str
    kind: str
    classes: int


@dataclass(frozen=True)
class Card:
    """A parsed card. `digest` is the model digest: ``sha256:<hex>`` of the card's bytes.

    `origin` and `parent` are new in schema 2 and optional; `parent` is the digest of the model of which this
    one was made, or empty.
    """

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
    schema: int = 1
    origin: Origin | None = None
    parent: str = ""

    @property
    def size(self) -> int:
        """The total size in bytes of the files that the card names."""
        return sum(entry.size for entry in self.files.values())


def digest_of(raw: bytes) -> str:
    """Return ``sha256:<hex>`` of `raw`."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def load_card(path: Path) -> Card:
    """Return the card at `path`, which is a `model.json` or a model directory.

    Raises CardError if a field is missing, invalid or unknown, VerifyError if the file cannot be read.
    """
    path = path / CARD if path.is_dir() else path
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise VerifyError(f"{path}: {error.strerror}", "give a model directory") from error
    return parse_card(raw, str(path))


def parse_card(raw: bytes, source: str = CARD) -> Card:
    """Return the card in `raw`. Raises CardError, naming `source` and the field, if it is not valid."""
    fields = parse(raw, source)
    schema = fields.integer("schema", 1, 2)
    card = Card(
        name=fields.string("name", NAME),
        version=fields.string("version", VERSION),
        licence=fields.string("licence"),
        description=fields.string("description", default="-"),
        task=fields.choice("task", "image-classification"),
        input=_input(fields.child("input")),
        output=_output(fields.child("output")),
        metrics=_metrics(fields.child("metrics")),
        files=_files(fields, fields.child("files")),
        digest=digest_of(raw),
        schema=schema,
        origin=read_origin(fields) if schema == 2 else None,
        parent=fields.string("parent", DIGEST, default="") if schema == 2 else "",
    )
    fields.refuse_unknown()
    return card


def _input(fields: Fields) -> InputSpec:
    channels = fields.choice("channels", "RGB", "BGR", "GRAY")
    depth = 1 if channels == "GRAY" else 3
    height, width = fields.integer("height", 1, MAX_SIDE), fields.integer("width", 1, MAX_SIDE)
    resize = fields.choice("resize", "stretch", CROP)
    spec = InputSpec(
        name=fields.string("name"),
        height=height,
        width=width,
        layout=fields.choice("layout", "NCHW", "NHWC"),
        channels=channels,
        dtype=fields.choice("dtype", "float32", "uint8"),
        resize=resize,
        shortest_side=fields.integer("shortest_side", max(height, width), 2 * MAX_SIDE)
        if resize == CROP
        else 0,
        interpolation=fields.choice("interpolation", "nearest", "bilinear", "bicubic", "lanczos", "box"),
        scale=fields.number("scale"),
        mean=fields.numbers("mean", depth),
        std=fields.numbers("std", depth),
    )
    if not all(spec.std):
        raise fields.error("std", "numbers other than 0")
    fields.refuse_unknown()
    return spec


def _output(fields: Fields) -> OutputSpec:
    spec = OutputSpec(
        name=fields.string("name"),
        kind=fields.choice("kind", "logits", "probabilities"),
        classes=fields.integer("classes", 2, 1_000_000),
    )
    fields.refuse_unknown()
    return spec


def _metrics(fields: Fields) -> dict[str, float]:
    return {name: fields.number(name, -1e15, 1e15) for name in fields.names()}


def _files(card: Fields, fields: Fields) -> dict[str, FileEntry]:
    names = fields.names()
    if not {MODEL, LABELS} <= set(names) or RESERVED & set(names):
        raise card.error("files", f"{MODEL} and {LABELS}, and not {' or '.join(sorted(RESERVED))}")
    return {name: file_entry(fields, name) for name in names}


def file_entry(fields: Fields, name: str) -> FileEntry:
    """Return the entry of the file `name`. Raises CardError if the name could leave the directory."""
    if not FILE.fullmatch(name):
        raise fields.error(name, f"a file name that matches {FILE.pattern}")
    entry = fields.child(name)
    found = FileEntry(entry.string("sha256", SHA256), entry.integer("size", 1, 1 << 40))
    entry.refuse_unknown()
    return found
