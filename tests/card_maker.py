"""Makes cards by the stage, for a user whose answers are scripted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
from rich.console import RenderableType

from networks import photo
from seatrial.console import plain_text
from seatrial.errors import UsageError
from seatrial.model.card.request import CardRequest
from seatrial.results import CardResult
from seatrial.settings import Settings
from seatrial.stages.card import card
from seatrial.workspace import Workspace


class ScriptedUser:
    """A user with prepared answers, by the first word of the question; without answers nobody is there."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = answers
        self.interactive = bool(answers)
        self.shown: list[str] = []
        self.refused: list[str] = []

    def show(self, table: RenderableType) -> None:
        """Keep the table."""
        self.shown.append(plain_text(table))

    def ask(self, question: str, default: str, check: Callable[[str], str]) -> str:
        """Answer with the first prepared answer that is accepted; an empty one is the default."""
        for answer in self.answers[question.split()[0].strip(",").lower()]:
            try:
                return check(answer or default)
            except UsageError as error:
                self.refused.append(error.message)
        raise AssertionError(f"no answer to {question}")


class Maker:
    """Makes cards in one checkout, of files in one directory."""

    def __init__(self, folder: Path, settings: Settings, workspace: Workspace) -> None:
        self.folder = folder
        self._settings = settings
        self._workspace = workspace

    def request(self, model: onnx.ModelProto, names: tuple[str, ...], **fields: Any) -> CardRequest:
        """Write the exporter's two files and return a complete request."""
        onnx.save(model, self.folder / "exported.onnx")
        (self.folder / "synset.txt").write_text("\n".join(names))
        given = {"name": "mine", "version": "1.0.0", "licence": "MIT", "preset": "raw", **fields}
        return CardRequest(
            str(self.folder / "exported.onnx"),
            str(self.folder / "synset.txt"),
            self.folder / "made" / "model",
            **given,
        )

    def photo(self, index: int, classes: int = 3, channels: str = "RGB") -> Path:
        """Write a photo of a class."""
        path = self.folder / "photo.png"
        path.write_bytes(photo(index, classes, channels))
        return path

    def make(self, request: CardRequest, user: ScriptedUser | None = None) -> CardResult:
        """Run the stage."""
        return card(self._settings, self._workspace, request, user or ScriptedUser())

    @property
    def left(self) -> list[str]:
        """What is in the directory, but the exporter's files and the photo."""
        given = {"exported.onnx", "synset.txt", "photo.png", "checkout"}
        return sorted(path.name for path in self.folder.iterdir() if path.name not in given)
