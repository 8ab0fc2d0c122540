"""The result of `use`."""

from __future__ import annotations

from typing import Literal

from seatrial.results import Artefact, StageResult


class UseResult(StageResult):
    """What model.lock names now; `changed` is whether the file changed, `created` whether a version is new.

    `before` is the model that was locked, None if there was no model.lock. `commit` is the command to commit
    the file with, empty if the last commit has it.
    """

    stage: Literal["use"] = "use"
    model: Artefact
    golden: Artefact
    evaluation: Artefact | None = None
    before: Artefact | None = None
    changed: bool
    created: bool
    commit: str
