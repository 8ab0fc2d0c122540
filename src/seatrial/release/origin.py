"""The origin of a release: who approved it, and which release of another environment it was."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.image.inspection import ImageFacts
from seatrial.release.approval import NOBODY, Approval


@dataclass(frozen=True)
class Origin:
    """Recorded with a release beside its image.

    `promoted_from` names the release of the source environment, `facts` the labels of its image; both are
    empty for an image that was built from this working state.
    """

    approved_by: Approval = NOBODY
    promoted_from: str = ""
    facts: ImageFacts | None = None


BUILT_HERE = Origin()
