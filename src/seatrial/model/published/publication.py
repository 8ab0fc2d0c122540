"""What is published, and how much of it is in the store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from seatrial.model.artefacts import ArtefactKind, FileList, version_key


@dataclass(frozen=True)
class Publishable:
    """A verified directory to publish."""

    kind: ArtefactKind
    folder: Path
    file_list: FileList

    def key(self, file: str) -> str:
        """Return the key of one of its files in the store."""
        return version_key(self.kind, self.file_list.artefact, file)

    @property
    def title(self) -> str:
        """The kind, name and version, for messages."""
        artefact = self.file_list.artefact
        return f"{self.kind.title} {artefact.name} {artefact.version}"


class PublicationState(Enum):
    """How much of a version is in the store: no list, the list but no publication record, or both."""

    ABSENT = auto()
    INTERRUPTED = auto()
    COMPLETE = auto()


@dataclass(frozen=True)
class Upload:
    """Whether the upload wrote the list, and whether the store had some of the version before."""

    created: bool
    resumed: bool
