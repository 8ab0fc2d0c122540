"""Where a model came from, as its card records it from schema 2 on."""

from dataclasses import dataclass

from imagemodel.fields import NAME, SHA256, Fields


@dataclass(frozen=True)
class Origin:
    """The file that `seatrial card` made a model of: the sha256 (hex) of its ONNX file.

    `preset` is how photos are prepared, by the name of a library; `changes` are what was rewritten in the
    network and in the labels, a sentence each.
    """

    sha256: str
    preset: str
    changes: tuple[str, ...]


def read_origin(card: Fields) -> Origin | None:
    """Return the origin in the fields of a card, None without one. Raises CardError if it is not valid."""
    if not card.has("origin"):
        return None
    fields = card.child("origin")
    origin = Origin(fields.string("sha256", SHA256), fields.string("preset", NAME), fields.strings("changes"))
    fields.refuse_unknown()
    return origin
