"""Which model is live, as far as this instance knows."""

from __future__ import annotations

from seatrial.errors import UsageError
from seatrial.results import AcceptResult, Artefact, PushResult
from seatrial.workspace import Workspace


def live_model(workspace: Workspace) -> Artefact | None:
    """Return the model of the release that was accepted last here; None where none is known.

    The accepted release names an image, and the push of that image names its model.
    """
    try:
        accepted = workspace.read_result(AcceptResult, current=False)
        pushed = workspace.read_result(PushResult, current=False)
    except UsageError:
        return None
    return pushed.model if pushed.reference == accepted.reference else None
