"""What the user gives to make a card, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from rich.console import RenderableType

from imagemodel.fields import NAME, VERSION
from seatrial.errors import UsageError
from seatrial.model.card.form import Hints
from seatrial.model.card.presets import Overrides

EXAMPLES: Final[Mapping[str, str]] = {
    "NAME": "NAME=my-model",
    "VERSION": "VERSION=1.0.0",
    "LICENCE": "LICENCE=MIT (an SPDX identifier, or the words of its owner)",
    "PRESET": "PRESET=torchvision",
}


class Dialogue(Protocol):
    """The user, if one can be asked."""

    @property
    def interactive(self) -> bool:
        """Whether the user can be asked."""

    def show(self, table: RenderableType) -> None:
        """Show a table."""

    def ask(self, question: str, default: str, check: Callable[[str], str]) -> str:
        """Return the answer that `check` accepts; it raises UsageError for others."""


@dataclass(frozen=True)
class CardRequest:
    """The files of a network, the directory to make of them, and the fields of its card.

    `onnx` and `labels` are paths, or addresses in a store (`importing.local_files`). `name`, `version`,
    `licence` and `preset` are empty if they are not given.
    """

    onnx: str
    labels: str
    out: Path
    name: str = ""
    version: str = ""
    licence: str = ""
    preset: str = ""
    photo: Path | None = None
    hints: Hints = field(default_factory=Hints)
    overrides: Overrides = field(default_factory=Overrides)

    @property
    def missing(self) -> list[str]:
        """What is not given, in the names that users type."""
        return [each for each in EXAMPLES if not getattr(self, each.lower())]

    def require_complete(self, presets: list[str] | None = None) -> None:
        """Raise UsageError if anything is missing; `presets` are those that fit the network, if known."""
        missing = self.missing
        if missing:
            examples = {**EXAMPLES, "PRESET": f"PRESET={' or '.join(presets)}"} if presets else EXAMPLES
            raise UsageError(missing_text(missing), " ".join(examples[each] for each in missing))

    def check(self) -> None:
        """Raise UsageError if name, version or licence cannot be on a card, or the photo does not exist."""
        if self.photo and not self.photo.is_file():
            raise UsageError(f"PHOTO: {self.photo} is not a file", "pass a JPEG, PNG or WebP image")
        for title, check in CHECKS.items():
            given = getattr(self, title.lower())
            if given:
                check(given)


def missing_text(names: list[str]) -> str:
    """Return the sentence that `names` are missing."""
    if len(names) == 1:
        return f"{names[0]} is missing"
    return f"{', '.join(names[:-1])} and {names[-1]} are missing"


def check_name(text: str) -> str:
    """Return the name of a model. Raises UsageError if a card cannot have it."""
    if not NAME.fullmatch(text):
        raise UsageError(
            f"NAME: {text!r} is not a name of a model", "use a-z, 0-9, dot, _ and -, at most 63 characters"
        )
    return text


def check_version(text: str) -> str:
    """Return the version of a model. Raises UsageError if a card cannot have it."""
    if not VERSION.fullmatch(text) or text == "channels":
        raise UsageError(
            f"VERSION: {text!r} is not a version", "use letters, 0-9, dot, _ and -, at most 63 characters"
        )
    return text


def check_licence(text: str) -> str:
    """Return the licence of a model. Raises UsageError if a card cannot have it."""
    if not text.strip() or not text.isprintable():
        raise UsageError("LICENCE: expected a text of one line", "LICENCE=MIT")
    return text


CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "NAME": check_name,
    "VERSION": check_version,
    "LICENCE": check_licence,
}
