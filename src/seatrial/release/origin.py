"""Who approved a release, what it was promoted from, and why its image is released unchecked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seatrial.image.inspection import ImageFacts
from seatrial.release.approval import NOBODY, Approval


@dataclass(frozen=True)
class Origin:
    """What is recorded with a release besides its image.

    `promoted_from` names the release of the source environment, `facts` the labels of its image; both are
    empty for an image that was built from this working state. `confirm` is called right before the switch; it
    raises RefusedError if the release must not go on. `unchecked` is why the image is released without the
    statement that it passed `check`; empty: the statement is required.
    """

    approved_by: Approval = NOBODY
    promoted_from: str = ""
    facts: ImageFacts | None = None
    confirm: Callable[[], object] = lambda: None
    unchecked: str = ""


# Neither approved nor promoted: an image that was built from this working state.
BUILT_HERE = Origin()
