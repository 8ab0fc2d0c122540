"""The checks of the isolation of a model's subprocess, and a warning where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from seatrial import console
from seatrial.model.inference.confinement import Confinement
from seatrial.results import Check

PREFIX: Final = "isolated: "
DEMAND: Final = "validate.require_isolation"


def isolation_checks(confinement: Confinement | None, required: bool) -> Iterator[Check]:
    """Yield a check of what the subprocess was isolated from; it fails only if isolation is `required`.

    Where it was not isolated, a warning is printed too. Without a `confinement` the subprocess has ended
    before it read a model.
    """
    if confinement is None:
        return
    parts = {
        "network and processes": (confinement.network, "no socket, no other process, an empty environment"),
        "files": (confinement.files, "reads the model, the photos and libraries only, and writes nothing"),
    }
    for name, (reason, detail) in parts.items():
        if reason:
            detail = f"not isolated from {name}, because {reason}"
            console.line(f"  warning: the model was {detail}; {DEMAND} refuses such a machine")
        yield Check(
            name=f"{PREFIX}{name}", passed=not (reason and required), detail=detail, judged=not reason
        )
