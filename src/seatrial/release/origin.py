"""Where a release comes from: who approved it, and which release of another environment it was."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.image.inspection import ImageFacts
from seatrial.release.approval import NOBODY, Approval


@dataclass(frozen=True)
class Origin:
    """What is recorded of a release beside its image.

    `promoted_from` names the release it was elsewhere, `facts` its image as it was found there; both
    stay empty for what this working state built itself.
    """

    approved_by: Approval = NOBODY
    promoted_from: str = ""
    facts: ImageFacts | None = None


BUILT_HERE = Origin()
